"""Claims put to the test: a ranking, and a story of statements; each as words, and as the page shows it."""

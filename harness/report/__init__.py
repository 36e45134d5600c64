"""Results folder -> one HTML file and ranking.json. A pure function of the folder."""

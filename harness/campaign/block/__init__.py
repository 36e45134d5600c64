"""One block: the cells of a group up together, driven in turn, and judged."""

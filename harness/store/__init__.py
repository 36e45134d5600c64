"""The results folder: append-only slices and trials, the campaign record, the schema."""

"""A page for each application of the project, in docs/applications: made from manifests and locks, never by hand."""

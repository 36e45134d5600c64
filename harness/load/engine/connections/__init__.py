"""Connections: what all have in common, and the three kinds of exchange on them: HTTP, event streams, WebSocket."""

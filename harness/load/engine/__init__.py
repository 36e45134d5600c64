"""The data plane: raw sockets on libev watchers, prepared requests, a complete HTTP/1.1 response parser."""

"""An echo on picows, which parses frames in compiled code: `python picows_echo.py PORT_FILE`."""

import asyncio
import sys
from pathlib import Path

from picows import WSFrame, WSListener, WSTransport, WSUpgradeRequest, ws_create_server


class Echo(WSListener):  # type: ignore[misc]  # it is installed for the benchmark alone
    """Sends back every message as it came."""

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        transport.send(frame.msg_type, frame.get_payload_as_bytes())


async def main(written: Path) -> None:
    """Serve until terminated."""

    def factory(_: WSUpgradeRequest) -> Echo:
        return Echo()

    server = await ws_create_server(factory, "127.0.0.1", 0)
    part = written.with_suffix(".part")
    part.write_text(str(server.sockets[0].getsockname()[1]))
    part.rename(written)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))

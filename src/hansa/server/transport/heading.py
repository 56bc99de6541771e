"""HEAD: what GET would answer, without its body; rows that would flow are not asked for."""

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send


async def headed(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer as GET does, and stop the application as a client that goes away would, once the head is there."""
    begun = asyncio.Event()

    async def received() -> Message:
        coming, over = asyncio.ensure_future(receive()), asyncio.ensure_future(begun.wait())
        await asyncio.wait({coming, over}, return_when=asyncio.FIRST_COMPLETED)
        for task in (coming, over):
            if not task.done():
                task.cancel()
        return {"type": "http.disconnect"} if begun.is_set() else await coming

    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            await send(message)
            await send({"type": "http.response.body", "body": b"", "more_body": False})
            begun.set()

    # The route must not know: it would answer 405.
    await app({**scope, "method": "GET"}, received, sent)

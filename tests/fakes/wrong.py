"""Applications that are wrong on purpose, each in one way; `code` is the fault the verifier must find, and `request` what
shows it, where not every one does."""

import gzip
import html
import random
import time
from email.utils import formatdate

from harness.model.asked.dataset import ADDED_FORTUNE, Fortune, fortunes, worlds
from tests.fakes.server import Right

NUMBERS = [world.random_number for world in worlds()]


class Wrong(Right):
    code: str
    request = ""
    scenario = "json"


class OtherMessage(Wrong):
    code = "body-differs"

    def content(self, path):
        return "application/json", b'{"message":"Hello!"}'


class ExtraKey(Wrong):
    code = "body-differs"

    def content(self, path):
        return "application/json", b'{"message":"Hello, World!","extra":1}'


class OtherKey(Wrong):
    code = "body-differs"

    def content(self, path):
        return "application/json", b'{"Message":"Hello, World!"}'


class KeyTwice(Wrong):
    code = "body-not-json"

    def content(self, path):
        return "application/json", b'{"message":"x","message":"Hello, World!"}'


class NotJson(Wrong):
    code = "body-not-json"

    def content(self, path):
        return "application/json", b"{'message':'Hello, World!'}"


class JsonInList(Wrong):
    code = "body-differs"

    def content(self, path):
        return "application/json", b'[{"message":"Hello, World!"}]'


class NotUtf8(Wrong):
    code = "body-not-utf-8"
    scenario = "plaintext"

    def content(self, path):
        return "text/plain", b"Hello, World\xff"


class NewlineInText(Wrong):
    code = "body-differs"
    scenario = "plaintext"

    def content(self, path):
        return "text/plain", b"Hello, World!\n"


class EmptyText(Wrong):
    code = "body-differs"
    scenario = "plaintext"

    def content(self, path):
        return "text/plain", b""


class NotFound(Wrong):
    code = "status-differs"

    def status(self):
        return "404 Not Found"


class ServerError(Wrong):
    code = "status-differs"
    scenario = "db"

    def status(self):
        return "500 Internal Server Error"


class OtherSuccess(Wrong):
    code = "status-differs"

    def status(self):
        return "201 Created"


class WithoutHeader(Wrong):
    missing: str

    def headers(self, content_type, body):
        headers = super().headers(content_type, body)
        del headers[self.missing]
        return headers


class NoServer(WithoutHeader):
    missing, code = "Server", "header-missing"


class NoDate(WithoutHeader):
    missing, code = "Date", "header-missing"


class NoContentType(WithoutHeader):
    missing, code = "Content-Type", "header-missing"


class NoLength(WithoutHeader):
    """The body's end is told by closing only."""

    missing, code = "Content-Length", "framing-unclear"

    def serve(self, connection, path):
        return not super().serve(connection, path)


class WithHeader(Wrong):
    more: dict[str, str]

    def headers(self, content_type, body):
        return super().headers(content_type, body) | self.more


class EmptyServer(WithHeader):
    more, code = {"Server": ""}, "header-missing"


class HtmlType(WithHeader):
    more, code = {"Content-Type": "text/html"}, "content-type-differs"


class OtherCharset(WithHeader):
    more = {"Content-Type": "application/json; charset=latin-1"}
    code = "content-type-differs"


class TextAsJson(WithHeader):
    more, code = {"Content-Type": "application/json"}, "content-type-differs"
    scenario = "plaintext"


class DateWithoutWeekday(WithHeader):
    more, code = {"Date": "06 Nov 2026 08:49:37 GMT"}, "date-malformed"


class LocalDate(WithHeader):
    more, code = {"Date": formatdate(localtime=True)}, "date-malformed"


class OldDate(WithHeader):
    more, code = {"Date": "Sun, 06 Nov 1994 08:49:37 GMT"}, "date-stale"


class DateOfTomorrow(WithHeader):
    more, code = {"Date": formatdate(time.time() + 86_400, usegmt=True)}, "date-stale"


class FrozenDate(Wrong):
    """Right at first: the date of the application's start, on every response."""

    code = "date-frozen"

    def headers(self, content_type, body):
        return super().headers(content_type, body) | {"Date": self.began}


class Compressed(WithHeader):
    more, code = {"Content-Encoding": "gzip"}, "compression-unasked"

    def body(self, body):
        return gzip.compress(body)


class BothLengths(WithHeader):
    more, code = {"Transfer-Encoding": "chunked"}, "response-malformed"

    def message(self, status, headers, body):
        return super().message(status, headers, b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body))


class SameRow(Wrong):
    code = "ids-not-spread"
    scenario = "db"

    def row(self):
        return {"id": 7, "randomNumber": NUMBERS[6]}


class FewRows(Wrong):
    code = "ids-not-spread"
    scenario = "db"

    def row(self):
        row = self.asked % 100
        return {"id": row + 1, "randomNumber": NUMBERS[row]}


class RowsInOrder(Wrong):
    code = "ids-not-spread"
    scenario = "db"

    def row(self):
        row = self.asked
        return {"id": row + 1, "randomNumber": NUMBERS[row]}


class WrongNumber(Wrong):
    code = "row-differs"
    scenario = "db"

    def row(self):
        return {"id": 7, "randomNumber": NUMBERS[6] % 10_000 + 1}


class ColumnName(Wrong):
    code = "row-malformed"
    scenario = "db"

    def row(self):
        return {"id": 7, "randomnumber": NUMBERS[6]}


class ExtraColumn(Wrong):
    code = "row-malformed"
    scenario = "db"

    def row(self):
        return super().row() | {"table": "world"}


class NumberAsText(Wrong):
    code = "row-differs"
    scenario = "db"

    def row(self):
        return {"id": 7, "randomNumber": str(NUMBERS[6])}


class IdOutside(Wrong):
    code = "row-malformed"
    scenario = "db"

    def row(self):
        return {"id": 0, "randomNumber": NUMBERS[-1]}


class ListOfRows(Wrong):
    code = "row-malformed"
    scenario = "db"

    def row(self):
        return [super(ListOfRows, self).row()]


class ErrorUnderLoad(Wrong):
    """Right for one request at a time; many at once are more than it bears."""

    code = "status-differs"

    def content(self, path):
        time.sleep(0.01)
        return super().content(path)

    def status(self):
        return "503 Service Unavailable" if self.at_work > 16 else "200 OK"


class ErrorNowAndThen(Wrong):
    code = "status-differs"

    def status(self):
        return "500 Internal Server Error" if self.asked % 50 == 49 else "200 OK"


class OtherBodyUnderLoad(Wrong):
    """Still a 200, but no longer the answer."""

    code = "body-differs"

    def body(self, body):
        return b'{"error":"busy"}' if self.asked > 40 else body


class MixesAnswers(Wrong):
    """Answers meet on a shared buffer: right JSON, another form of it now and then."""

    code = "body-varies"

    def body(self, body):
        return body + b" " if self.asked % 2 else body


class ClosesUnderLoad(Wrong):
    code = "response-cut"

    def serve(self, connection, path):
        return self.asked < 60 and super().serve(connection, path)


class StallsUnderLoad(Wrong):
    code = "response-late"

    def serve(self, connection, path):
        return self.asked > 60 or super().serve(connection, path)


class NoKeepAlive(Wrong):
    code = "keep-alive-missing"

    def headers(self, content_type, body):
        return super().headers(content_type, body) | {"Connection": "close"}

    def serve(self, connection, path):
        return not super().serve(connection, path)


class SilentClose(Wrong):
    """Closes after each response without having said so."""

    code = "keep-alive-broken"

    def serve(self, connection, path):
        return not super().serve(connection, path)


class NeverAnswers(Wrong):
    code = "response-late"

    def serve(self, connection, path):
        return True


class Drips(Wrong):
    """A byte now and then: each arrives soon, the response never does."""

    code = "response-late"

    def serve(self, connection, path):
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        for _ in range(200):
            connection.sendall(b"x")
            time.sleep(0.02)
        return False


class ClosesAtOnce(Wrong):
    code = "response-cut"

    def serve(self, connection, path):
        return False


class ShorterThanLength(Wrong):
    """Closes before its Content-Length is reached."""

    code = "response-cut"

    def headers(self, content_type, body):
        return super().headers(content_type, body + b"more")

    def serve(self, connection, path):
        return not super().serve(connection, path)


class ShorterAndOpen(Wrong):
    """Never reaches its Content-Length, and leaves the connection open."""

    code = "response-late"

    def headers(self, content_type, body):
        return super().headers(content_type, body + b"more")


class LongerThanLength(Wrong):
    code = "response-malformed"

    def headers(self, content_type, body):
        return super().headers(content_type, body[:-3])

    def content(self, path):
        return "application/json", b'{"message":"Hello, World!"}}}}'


class BrokenChunks(WithoutHeader):
    missing, code = "Content-Length", "response-malformed"

    def headers(self, content_type, body):
        return super().headers(content_type, body) | {"Transfer-Encoding": "chunked"}

    def body(self, body):
        return body + b"\r\n"


class NotHttp(Wrong):
    code = "response-malformed"

    def message(self, status, headers, body):
        return b"SSH-2.0-OpenSSH_9.2\r\n\r\n"


class OddParameter(Wrong):
    """Answers right wherever `queries` is what it should be, and mishandles one odd value of it."""

    odd: str | None
    rows_instead = 0
    scenario = "queries"

    def row_count(self, text):
        return self.rows_instead if text == self.odd else super().row_count(text)


class NoRowsForZero(OddParameter):
    odd, code, request = "0", "rows-miscounted", "GET /queries?queries=0"


class NoRowsForAWord(OddParameter):
    odd, code, request = "foo", "rows-miscounted", "GET /queries?queries=foo"


class MoreThanTheMostRows(OddParameter):
    odd, rows_instead = "501", 501
    request, code = "GET /queries?queries=501", "rows-miscounted"


class OneRowForTooMany(OddParameter):
    """Takes a number above the most for one that is not understood."""

    odd, rows_instead = "501", 1
    request, code = "GET /queries?queries=501", "rows-miscounted"


class OddPath(Wrong):
    """An error where a parameter is odd."""

    odd: str

    def content(self, path):
        self.refuses = path == self.odd
        return super().content(path)

    def status(self):
        return "422 Unprocessable Content" if self.refuses else "200 OK"


class RefusesAWord(OddPath):
    odd, scenario = "/queries?queries=foo", "queries"
    request, code = "GET /queries?queries=foo", "status-differs"


class RefusesAnEmptyParameter(OddPath):
    odd, scenario = "/queries?queries=", "queries"
    request, code = "GET /queries?queries=", "status-differs"


class RefusesAMissingParameter(OddPath):
    odd, scenario = "/queries", "queries"
    request, code = "GET /queries", "status-differs"


class UpdatesRefuseZero(OddPath):
    odd, scenario = "/updates?queries=0", "updates"
    request, code = "GET /updates?queries=0", "status-differs"


class CacheRefusesAMissingCount(OddPath):
    odd, scenario = "/cached-worlds", "cached"
    request, code = "GET /cached-worlds", "status-differs"


class CacheTakesTheOtherParameter(Wrong):
    """Knows `queries`, and not that here it is called `count`."""

    request, code = "GET /cached-worlds?count=501", "rows-miscounted"
    scenario = "cached"

    def row_count(self, text):
        return 1 if text == "501" else super().row_count(text)


class RowsInAnObject(Wrong):
    code = "row-malformed"
    scenario = "queries"

    def rows(self, n):
        return {"rows": super().rows(n)}


class OneRowTooFew(Wrong):
    code = "rows-miscounted"
    scenario = "queries"

    def rows(self, n):
        return super().rows(n - 1 if n == 20 else n)


class OneRowTwentyTimes(Wrong):
    """Asks the database once."""

    code = "rows-repeated"
    scenario = "queries"

    def rows(self, n):
        return [self.row()] * n if n == 20 else super().rows(n)


class SameRowsForEveryRequest(Wrong):
    code = "ids-not-spread"
    scenario = "queries"

    def rows(self, n):
        return [self.told(row) for row in range(1, n + 1)]


class OneWrongNumberAmongRows(Wrong):
    code = "row-differs"
    scenario = "queries"

    def rows(self, n):
        return [*super().rows(n - 1), {"id": 7, "randomNumber": NUMBERS[6] % 10_000 + 1}]


class CacheOfAHundredRows(Wrong):
    code = "ids-not-spread"
    scenario = "cached"

    def rows(self, n):
        return [self.told(row) for row in (range(1, n + 1) if n > 100 else random.sample(range(1, 101), n))]


class UpdatesNotWritten(Wrong):
    code = "updates-not-written"
    scenario = "updates"

    def renumbered(self, row):
        return {"id": row, "randomNumber": self.numbers[row] % 10_000 + 1}


class LastUpdateNotWritten(Wrong):
    """An off-by-one in the batch."""

    code = "updates-not-written"
    scenario = "updates"

    def updated(self, n):
        *rows, last = super().updated(n)
        self.numbers[last["id"]] = NUMBERS[last["id"] - 1]
        return [*rows, last]


class WritesAnotherNumber(Wrong):
    """Draws once for the table and once for the answer."""

    code = "updates-not-written"
    scenario = "updates"

    def renumbered(self, row):
        told = super().renumbered(row)
        self.numbers[row] = self.numbers[row] % 10_000 + 1
        return told


class UpdatesTellWhatWasRead(Wrong):
    code = "numbers-not-new"
    scenario = "updates"

    def renumbered(self, row):
        return self.told(row)


class OneNumberForAll(Wrong):
    code = "numbers-not-spread"
    scenario = "updates"

    def renumbered(self, row):
        self.numbers[row] = 4321
        return self.told(row)


class NumberOutside(Wrong):
    code = "row-malformed"
    scenario = "updates"

    def renumbered(self, row):
        self.numbers[row] = 10_001
        return self.told(row)


class WrongPage(Wrong):
    scenario = "fortunes"


class NotEscaped(WrongPage):
    code = "message-not-escaped"

    def escaped(self, message):
        return message


class EscapedTwice(WrongPage):
    code = "fortune-differs"

    def escaped(self, message):
        return html.escape(html.escape(message))


class ScriptLeftOut(WrongPage):
    """Makes a message harmless by taking a part of it away."""

    code = "fortune-differs"

    def escaped(self, message):
        return super().escaped(message.replace("<script>", ""))


class InAnotherCharset(WrongPage):
    """Japanese read as Latin-1 on the way."""

    code = "fortune-differs"

    def escaped(self, message):
        return super().escaped(message.encode().decode("latin-1") if message[0] == "測" else message)


class NotSorted(WrongPage):
    code = "fortunes-unsorted"

    def fortunes(self):
        return [*fortunes(), Fortune(0, ADDED_FORTUNE)]


class SortedBeforeOneIsAdded(WrongPage):
    code = "fortunes-unsorted"

    def fortunes(self):
        return [*sorted(fortunes(), key=lambda fortune: fortune.message), Fortune(0, ADDED_FORTUNE)]


class SortedAsALocaleSorts(WrongPage):
    """Letters with and without an accent together, whatever their case."""

    code = "fortunes-unsorted"

    def fortunes(self):
        return sorted(super().fortunes(), key=lambda fortune: fortune.message.casefold().replace("è", "e"))


class NoAddedFortune(WrongPage):
    code = "fortune-missing"

    def fortunes(self):
        return [fortune for fortune in super().fortunes() if fortune.id]


class AddedFortuneWithoutItsId(WrongPage):
    code = "fortune-missing"

    def fortunes(self):
        return [fortune if fortune.id else fortune._replace(id=13) for fortune in super().fortunes()]


class OneFortuneLost(WrongPage):
    code = "fortune-missing"

    def fortunes(self):
        return [fortune for fortune in super().fortunes() if fortune.id != 8]


class OneFortuneTwice(WrongPage):
    code = "fortunes-miscounted"

    def fortunes(self):
        return [*super().fortunes(), super().fortunes()[-1]]


class PageWith(WrongPage):
    """A page in which one thing is replaced by another."""

    replaced: tuple[str, str]

    def page(self, told):
        return super().page(told).replace(*self.replaced)


class NoDoctype(PageWith):
    replaced, code = ("<!DOCTYPE html>", ""), "page-malformed"


class OtherTitle(PageWith):
    replaced, code = ("<title>Fortunes", "<title>Cookies"), "page-malformed"


class NoHeaderRow(PageWith):
    replaced = ("<tr><th>id</th><th>message</th></tr>", "")
    code = "page-malformed"


class HeaderOfOrdinaryCells(PageWith):
    replaced = ("<tr><th>id</th><th>message</th></tr>", "<tr><td>id</td><td>message</td></tr>")
    code = "page-malformed"


class TwoTables(PageWith):
    replaced, code = ("<body>", "<body><table></table>"), "page-malformed"


class AListInsteadOfATable(PageWith):
    replaced, code = ("table>", "ul>"), "page-malformed"


class PageWithoutCharset(WithHeader):
    more, scenario = {"Content-Type": "text/html"}, "fortunes"
    code = "content-type-differs"


class ComputesNothing(Wrong):
    """Of the requests that take time, too."""

    code, scenario = "body-differs", "mixed"

    def computed(self, work, seed):
        return super().computed(0, seed)


class ComputesHalf(Wrong):
    code, scenario = "body-differs", "mixed"

    def computed(self, work, seed):
        return super().computed(work // 2, seed)


class AnswerOfAnotherKey(Wrong):
    """Hands out what it got for the first request."""

    code, scenario = "body-lacks", "wait"
    first = b""

    def body(self, body):
        self.first = self.first or body
        return self.first


class PageAsText(WithHeader):
    more, scenario = {"Content-Type": "text/plain; charset=utf-8"}, "fortunes"
    code = "content-type-differs"


class FewerMiddlewares(Wrong):
    """Leaves most of them out."""

    code = "body-differs"
    scenario = "middleware"

    def passed(self, n):
        return str(min(int(n), 4))


class OneMiddlewareTooMany(Wrong):
    code = "body-differs"
    request = "GET /middleware/0"
    scenario = "middleware"

    def passed(self, n):
        return str(int(n) + 1)


class NumberFromThePath(Wrong):
    """Has no middleware at all: it answers what it was asked."""

    code = "status-differs"
    request = "GET /middleware/7"
    scenario = "middleware"

    def is_known(self, path):
        return True


class OneRouteForAll(Wrong):
    """One route that takes every number."""

    code = "status-differs"
    request = "GET /routes/1000/1001/items/7"
    scenario = "routes"

    def is_known(self, path):
        return path.split("/")[4] == "items"


class OneTableForAll(Wrong):
    """The longest table answers for the shorter ones too."""

    code = "status-differs"
    request = "GET /routes/10/11/items/7"
    scenario = "routes"

    def is_known(self, path):
        return super().is_known(path.replace("/routes/10/", "/routes/100/"))


class LastRouteAlone(Wrong):
    """Has no route but the one that is measured."""

    code = "status-differs"
    request = "GET /routes/100/42/items/7"
    scenario = "routes"

    def is_known(self, path):
        _, _, n, k, *_ = path.split("/")
        return super().is_known(path) and n == k


class SameItem(Wrong):
    """Reads nothing from the path."""

    code = "body-differs"
    request = "GET /routes/10/1/items/21"
    scenario = "routes"

    def item(self, k, name):
        return f"{k} 7"


class SameRouteAlways(Wrong):
    """One handler for all routes, which does not know where it was reached."""

    code = "body-differs"
    request = "GET /routes/100/42/items/7"
    scenario = "routes"

    def item(self, k, name):
        return f"1 {name}"


class WrongStream(Wrong):
    scenario = "stream"


class StreamBuffered(WrongStream):
    code = "stream-buffered"

    def send_events(self, connection, events, pause_s):
        time.sleep(pause_s * len(events))
        super().send_events(connection, [b"".join(events)], 0)


class EventsInTens(WrongStream):
    code = "events-grouped"

    def send_events(self, connection, events, pause_s):
        tens = [b"".join(events[start : start + 10]) for start in range(0, 100, 10)]
        super().send_events(connection, tens, 10 * pause_s)


class EventsInPairs(WrongStream):
    code = "events-grouped"

    def send_events(self, connection, events, pause_s):
        super().send_events(connection, [b"".join(events[n : n + 2]) for n in range(0, 100, 2)], 2 * pause_s)


class EventsOutOfOrder(WrongStream):
    code = "events-unordered"

    def events(self, seed):
        first, second, *others = super().events(seed)
        return [second, first, *others]


class EventMissing(WrongStream):
    code = "event-missing"

    def events(self, seed):
        return super().events(seed)[:-1]


class ConstantStream(WrongStream):
    code = "event-differs"

    def events(self, seed):
        return super().events(1)


class WrongEcho(Wrong):
    scenario = "websocket"


class EchoConstant(WrongEcho):
    code = "message-differs"

    def echoed(self, payload, is_text):
        return b"x" * len(payload), is_text


class EchoOfThePrevious(WrongEcho):
    code = "message-differs"
    last = b"x" * 64

    def echoed(self, payload, is_text):
        self.last, before = payload, self.last
        return before, is_text


class EchoAlwaysText(WrongEcho):
    code = "opcode-differs"

    def echoed(self, payload, is_text):
        return payload, True


class EchoTruncated(WrongEcho):
    code = "message-differs"

    def echoed(self, payload, is_text):
        return payload[:63], is_text


class EchoMasked(WrongEcho):
    code = "frame-malformed"

    def answer(self, connection, payload, *, is_text):
        connection.sendall(bytes((0x81 if is_text else 0x82, 0x80 | len(payload))) + bytes(4) + payload)


class NoWebSocket(WrongEcho):
    code = "handshake-refused"

    def echo(self, connection, handshake):
        connection.sendall(self.message("404 Not Found", self.headers("text/plain", b""), b""))


class OtherAccept(WrongEcho):
    code = "handshake-wrong"

    def echo(self, connection, handshake):
        opened = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
        connection.sendall(f"HTTP/1.1 101 Switching Protocols\r\n{opened}\r\n\r\n".encode())


class HangsUp(WrongEcho):
    code = "websocket-closed"

    def answer(self, connection, payload, *, is_text):
        connection.sendall(b"\x88\x02\x03\xe8")

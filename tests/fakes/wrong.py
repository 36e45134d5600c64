"""Applications that are wrong on purpose, each in one way; `reason` is what the verifier must say of it."""

import gzip
import html
import random
import time
from email.utils import formatdate

from harness.model.asked.dataset import ADDED_FORTUNE, Fortune, fortunes, worlds
from tests.fakes.server import Right

NUMBERS = [world.random_number for world in worlds()]


class Wrong(Right):
    reason: str
    scenario = "json"


class OtherMessage(Wrong):
    reason = 'the body.message is "Hello!", not "Hello, World!"'

    def content(self, path):
        return "application/json", b'{"message":"Hello!"}'


class ExtraKey(Wrong):
    reason = "the body has an extra key 'extra'"

    def content(self, path):
        return "application/json", b'{"message":"Hello, World!","extra":1}'


class OtherKey(Wrong):
    reason = "the body lacks the key 'message'"

    def content(self, path):
        return "application/json", b'{"Message":"Hello, World!"}'


class KeyTwice(Wrong):
    reason = "key 'message' stands twice in an object"

    def content(self, path):
        return "application/json", b'{"message":"x","message":"Hello, World!"}'


class NotJson(Wrong):
    reason = "the body is not right JSON"

    def content(self, path):
        return "application/json", b"{'message':'Hello, World!'}"


class JsonInList(Wrong):
    reason = "the body is a list, not an object"

    def content(self, path):
        return "application/json", b'[{"message":"Hello, World!"}]'


class NotUtf8(Wrong):
    reason = "the body is not UTF-8"
    scenario = "plaintext"

    def content(self, path):
        return "text/plain", b"Hello, World\xff"


class NewlineInText(Wrong):
    reason = "the body differs"
    scenario = "plaintext"

    def content(self, path):
        return "text/plain", b"Hello, World!\n"


class EmptyText(Wrong):
    reason = "the body differs"
    scenario = "plaintext"

    def content(self, path):
        return "text/plain", b""


class NotFound(Wrong):
    reason = "status; expected 200; seen 404"

    def status(self):
        return "404 Not Found"


class ServerError(Wrong):
    reason = "status; expected 200; seen 500"
    scenario = "db"

    def status(self):
        return "500 Internal Server Error"


class OtherSuccess(Wrong):
    reason = "status; expected 200; seen 201"

    def status(self):
        return "201 Created"


class WithoutHeader(Wrong):
    missing: str

    def headers(self, content_type, body):
        headers = super().headers(content_type, body)
        del headers[self.missing]
        return headers


class NoServer(WithoutHeader):
    missing, reason = "Server", "header Server; expected one; seen none"


class NoDate(WithoutHeader):
    missing, reason = "Date", "header Date; expected one; seen none"


class NoContentType(WithoutHeader):
    missing, reason = "Content-Type", "header Content-Type; expected one; seen none"


class NoLength(WithoutHeader):
    """The body's end is told by closing only."""

    missing, reason = (
        "Content-Length",
        "the body's length; expected either Content-Length or Transfer-Encoding; seen neither",
    )

    def serve(self, connection, path):
        return not super().serve(connection, path)


class WithHeader(Wrong):
    more: dict[str, str]

    def headers(self, content_type, body):
        return super().headers(content_type, body) | self.more


class EmptyServer(WithHeader):
    more, reason = {"Server": ""}, "header Server; expected one; seen an empty one"


class HtmlType(WithHeader):
    more, reason = {"Content-Type": "text/html"}, "header Content-Type; expected application/json; seen text/html"


class OtherCharset(WithHeader):
    more = {"Content-Type": "application/json; charset=latin-1"}
    reason = "header Content-Type; expected application/json"


class TextAsJson(WithHeader):
    more, reason = {"Content-Type": "application/json"}, "header Content-Type; expected text/plain"
    scenario = "plaintext"


class DateWithoutWeekday(WithHeader):
    more, reason = {"Date": "06 Nov 2026 08:49:37 GMT"}, "header Date; expected such as"


class LocalDate(WithHeader):
    more, reason = {"Date": formatdate(localtime=True)}, "header Date; expected such as"


class OldDate(WithHeader):
    more, reason = {"Date": "Sun, 06 Nov 1994 08:49:37 GMT"}, "header Date is not of now"


class DateOfTomorrow(WithHeader):
    more, reason = {"Date": formatdate(time.time() + 86_400, usegmt=True)}, "header Date is not of now"


class FrozenDate(Wrong):
    """Right at first: the date of the application's start, on every response."""

    reason = "header Date is frozen"

    def headers(self, content_type, body):
        return super().headers(content_type, body) | {"Date": self.began}


class Compressed(WithHeader):
    more, reason = {"Content-Encoding": "gzip"}, "the body is compressed, which was not asked for"

    def body(self, body):
        return gzip.compress(body)


class BothLengths(WithHeader):
    more, reason = (
        {"Transfer-Encoding": "chunked"},
        "the response is not right HTTP; seen both Content-Length and Transfer-Encoding",
    )

    def message(self, status, headers, body):
        return super().message(status, headers, b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body))


class SameRow(Wrong):
    reason = "256 responses held only 1 different ids"
    scenario = "db"

    def row(self):
        return {"id": 7, "randomNumber": NUMBERS[6]}


class FewRows(Wrong):
    reason = "responses held only 100 different ids"
    scenario = "db"

    def row(self):
        row = self.asked % 100
        return {"id": row + 1, "randomNumber": NUMBERS[row]}


class RowsInOrder(Wrong):
    reason = "leave a quarter of the table out"
    scenario = "db"

    def row(self):
        row = self.asked
        return {"id": row + 1, "randomNumber": NUMBERS[row]}


class WrongNumber(Wrong):
    reason = "row 7 holds the number"
    scenario = "db"

    def row(self):
        return {"id": 7, "randomNumber": NUMBERS[6] % 10_000 + 1}


class ColumnName(Wrong):
    reason = "the row must be an object with the keys id and randomNumber, and no other"
    scenario = "db"

    def row(self):
        return {"id": 7, "randomnumber": NUMBERS[6]}


class ExtraColumn(Wrong):
    reason = "the row must be an object with the keys id and randomNumber, and no other"
    scenario = "db"

    def row(self):
        return super().row() | {"table": "world"}


class NumberAsText(Wrong):
    reason = "holds the number"
    scenario = "db"

    def row(self):
        return {"id": 7, "randomNumber": str(NUMBERS[6])}


class IdOutside(Wrong):
    reason = "id must be a whole number from 1 to 10000"
    scenario = "db"

    def row(self):
        return {"id": 0, "randomNumber": NUMBERS[-1]}


class ListOfRows(Wrong):
    reason = "the row must be an object"
    scenario = "db"

    def row(self):
        return [super(ListOfRows, self).row()]


class ErrorUnderLoad(Wrong):
    """Right for one request at a time; many at once are more than it bears."""

    reason = "status ("

    def content(self, path):
        time.sleep(0.01)
        return super().content(path)

    def status(self):
        return "503 Service Unavailable" if self.at_work > 16 else "200 OK"


class ErrorNowAndThen(Wrong):
    reason = "status ("

    def status(self):
        return "500 Internal Server Error" if self.asked % 50 == 49 else "200 OK"


class OtherBodyUnderLoad(Wrong):
    """Still a 200, but no longer the answer."""

    reason = "the body lacks the key 'message' ("

    def body(self, body):
        return b'{"error":"busy"}' if self.asked > 40 else body


class MixesAnswers(Wrong):
    """Answers meet on a shared buffer: right JSON, another form of it now and then."""

    reason = "the body is not always the same"

    def body(self, body):
        return body + b" " if self.asked % 2 else body


class ClosesUnderLoad(Wrong):
    reason = "the connection was closed before the response was complete ("

    def serve(self, connection, path):
        return self.asked < 60 and super().serve(connection, path)


class StallsUnderLoad(Wrong):
    reason = "no whole response in time ("

    def serve(self, connection, path):
        return self.asked > 60 or super().serve(connection, path)


class NoKeepAlive(Wrong):
    reason = "no keep-alive"

    def headers(self, content_type, body):
        return super().headers(content_type, body) | {"Connection": "close"}

    def serve(self, connection, path):
        return not super().serve(connection, path)


class SilentClose(Wrong):
    """Closes after each response without having said so."""

    reason = "second request on a connection"

    def serve(self, connection, path):
        return not super().serve(connection, path)


class NeverAnswers(Wrong):
    reason = "no whole response in time; expected within 0.5 s; seen nothing"

    def serve(self, connection, path):
        return True


class Drips(Wrong):
    """A byte now and then: each arrives soon, the response never does."""

    reason = "no whole response in time"

    def serve(self, connection, path):
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        for _ in range(200):
            connection.sendall(b"x")
            time.sleep(0.02)
        return False


class ClosesAtOnce(Wrong):
    reason = "the connection was closed before the response was complete; seen nothing"

    def serve(self, connection, path):
        return False


class ShorterThanLength(Wrong):
    """Closes before its Content-Length is reached."""

    reason = "the connection was closed before the response was complete; seen"

    def headers(self, content_type, body):
        return super().headers(content_type, body + b"more")

    def serve(self, connection, path):
        return not super().serve(connection, path)


class ShorterAndOpen(Wrong):
    """Never reaches its Content-Length, and leaves the connection open."""

    reason = "seen the headers and 28 bytes; Content-Length says 32"

    def headers(self, content_type, body):
        return super().headers(content_type, body + b"more")


class LongerThanLength(Wrong):
    reason = "the response is not right HTTP; seen 3 bytes after the end of the response"

    def headers(self, content_type, body):
        return super().headers(content_type, body[:-3])

    def content(self, path):
        return "application/json", b'{"message":"Hello, World!"}}}}'


class BrokenChunks(WithoutHeader):
    missing, reason = "Content-Length", "the response is not right HTTP"

    def headers(self, content_type, body):
        return super().headers(content_type, body) | {"Transfer-Encoding": "chunked"}

    def body(self, body):
        return body + b"\r\n"


class NotHttp(Wrong):
    reason = "the response is not right HTTP"

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
    odd, reason = "0", "GET /queries?queries=0: the list must hold 1 row, not 0"


class NoRowsForAWord(OddParameter):
    odd, reason = "foo", "GET /queries?queries=foo: the list must hold 1 row, not 0"


class MoreThanTheMostRows(OddParameter):
    odd, rows_instead = "501", 501
    reason = "GET /queries?queries=501: the list must hold 500 rows, not 501"


class OneRowForTooMany(OddParameter):
    """Takes a number above the most for one that is not understood."""

    odd, rows_instead = "501", 1
    reason = "GET /queries?queries=501: the list must hold 500 rows, not 1"


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
    reason = "GET /queries?queries=foo: status; expected 200; seen 422"


class RefusesAnEmptyParameter(OddPath):
    odd, scenario = "/queries?queries=", "queries"
    reason = "GET /queries?queries=: status; expected 200; seen 422"


class RefusesAMissingParameter(OddPath):
    odd, scenario = "/queries", "queries"
    reason = "GET /queries: status; expected 200; seen 422"


class UpdatesRefuseZero(OddPath):
    odd, scenario = "/updates?queries=0", "updates"
    reason = "GET /updates?queries=0: status; expected 200; seen 422"


class CacheRefusesAMissingCount(OddPath):
    odd, scenario = "/cached-worlds", "cached"
    reason = "GET /cached-worlds: status; expected 200; seen 422"


class CacheTakesTheOtherParameter(Wrong):
    """Knows `queries`, and not that here it is called `count`."""

    reason = "GET /cached-worlds?count=501: the list must hold 500 rows, not 1"
    scenario = "cached"

    def row_count(self, text):
        return 1 if text == "501" else super().row_count(text)


class RowsInAnObject(Wrong):
    reason = "the body must be a list of rows"
    scenario = "queries"

    def rows(self, n):
        return {"rows": super().rows(n)}


class OneRowTooFew(Wrong):
    reason = "the list must hold 20 rows, not 19"
    scenario = "queries"

    def rows(self, n):
        return super().rows(n - 1 if n == 20 else n)


class OneRowTwentyTimes(Wrong):
    """Asks the database once."""

    reason = "20 rows are only 1 different ones; each must be drawn at random"
    scenario = "queries"

    def rows(self, n):
        return [self.row()] * n if n == 20 else super().rows(n)


class SameRowsForEveryRequest(Wrong):
    reason = "256 responses held only 20 different ids; each must read a random row"
    scenario = "queries"

    def rows(self, n):
        return [self.told(row) for row in range(1, n + 1)]


class OneWrongNumberAmongRows(Wrong):
    reason = "row 7 holds the number"
    scenario = "queries"

    def rows(self, n):
        return [*super().rows(n - 1), {"id": 7, "randomNumber": NUMBERS[6] % 10_000 + 1}]


class CacheOfAHundredRows(Wrong):
    reason = "256 responses held only 100 different ids; each must read a random row"
    scenario = "cached"

    def rows(self, n):
        return [self.told(row) for row in (range(1, n + 1) if n > 100 else random.sample(range(1, 101), n))]


class UpdatesNotWritten(Wrong):
    reason = "updates are not written to the database"
    scenario = "updates"

    def renumbered(self, row):
        return {"id": row, "randomNumber": self.numbers[row] % 10_000 + 1}


class LastUpdateNotWritten(Wrong):
    """An off-by-one in the batch."""

    reason = "updates are not written to the database"
    scenario = "updates"

    def updated(self, n):
        *rows, last = super().updated(n)
        self.numbers[last["id"]] = NUMBERS[last["id"] - 1]
        return [*rows, last]


class WritesAnotherNumber(Wrong):
    """Draws once for the table and once for the answer."""

    reason = "updates are not written to the database"
    scenario = "updates"

    def renumbered(self, row):
        told = super().renumbered(row)
        self.numbers[row] = self.numbers[row] % 10_000 + 1
        return told


class UpdatesTellWhatWasRead(Wrong):
    reason = "rows hold the number that they held before; each must be given a new one"
    scenario = "updates"

    def renumbered(self, row):
        return self.told(row)


class OneNumberForAll(Wrong):
    reason = "5120 rows hold only 1 different numbers; each must be given a random one"
    scenario = "updates"

    def renumbered(self, row):
        self.numbers[row] = 4321
        return self.told(row)


class NumberOutside(Wrong):
    reason = "randomNumber must be a whole number from 1 to 10000"
    scenario = "updates"

    def renumbered(self, row):
        self.numbers[row] = 10_001
        return self.told(row)


class WrongPage(Wrong):
    scenario = "fortunes"


class NotEscaped(WrongPage):
    reason = "a message is not escaped: the table holds an element <script>"

    def escaped(self, message):
        return message


class EscapedTwice(WrongPage):
    reason = "fortune 4 must read"

    def escaped(self, message):
        return html.escape(html.escape(message))


class ScriptLeftOut(WrongPage):
    """Makes a message harmless by taking a part of it away."""

    reason = "fortune 2 must read '<script>"

    def escaped(self, message):
        return super().escaped(message.replace("<script>", ""))


class InAnotherCharset(WrongPage):
    """Japanese read as Latin-1 on the way."""

    reason = "fortune 3 must read '測っていないものを"

    def escaped(self, message):
        return super().escaped(message.encode().decode("latin-1") if message[0] == "測" else message)


class NotSorted(WrongPage):
    reason = "the fortunes must be sorted by message, by code point; their ids come as ['1', '2',"

    def fortunes(self):
        return [*fortunes(), Fortune(0, ADDED_FORTUNE)]


class SortedBeforeOneIsAdded(WrongPage):
    reason = "the fortunes must be sorted by message, by code point"

    def fortunes(self):
        return [*sorted(fortunes(), key=lambda fortune: fortune.message), Fortune(0, ADDED_FORTUNE)]


class SortedAsALocaleSorts(WrongPage):
    """Letters with and without an accent together, whatever their case."""

    reason = "the fortunes must be sorted by message, by code point"

    def fortunes(self):
        return sorted(super().fortunes(), key=lambda fortune: fortune.message.casefold().replace("è", "e"))


class NoAddedFortune(WrongPage):
    reason = "fortune 0 is missing, the one added at request time"

    def fortunes(self):
        return [fortune for fortune in super().fortunes() if fortune.id]


class AddedFortuneWithoutItsId(WrongPage):
    reason = "fortune 0 is missing, the one added at request time"

    def fortunes(self):
        return [fortune if fortune.id else fortune._replace(id=13) for fortune in super().fortunes()]


class OneFortuneLost(WrongPage):
    reason = "fortune 8 is missing"

    def fortunes(self):
        return [fortune for fortune in super().fortunes() if fortune.id != 8]


class OneFortuneTwice(WrongPage):
    reason = "the table must hold 13 fortunes, not 14"

    def fortunes(self):
        return [*super().fortunes(), super().fortunes()[-1]]


class PageWith(WrongPage):
    """A page in which one thing is replaced by another."""

    replaced: tuple[str, str]

    def page(self, told):
        return super().page(told).replace(*self.replaced)


class NoDoctype(PageWith):
    replaced, reason = ("<!DOCTYPE html>", ""), "the page must begin with <!DOCTYPE html>"


class OtherTitle(PageWith):
    replaced, reason = ("<title>Fortunes", "<title>Cookies"), "the title must be Fortunes, not 'Cookies'"


class NoHeaderRow(PageWith):
    replaced = ("<tr><th>id</th><th>message</th></tr>", "")
    reason = "the first row must be the header, with the cells id and message"


class HeaderOfOrdinaryCells(PageWith):
    replaced = ("<tr><th>id</th><th>message</th></tr>", "<tr><td>id</td><td>message</td></tr>")
    reason = "the first row must be the header, with the cells id and message"


class TwoTables(PageWith):
    replaced, reason = ("<body>", "<body><table></table>"), "the page must hold one table, not 2"


class AListInsteadOfATable(PageWith):
    replaced, reason = ("table>", "ul>"), "the page must hold one table, not 0"


class PageWithoutCharset(WithHeader):
    more, scenario = {"Content-Type": "text/html"}, "fortunes"
    reason = "header Content-Type; expected text/html; charset=utf-8; seen text/html"


class PageAsText(WithHeader):
    more, scenario = {"Content-Type": "text/plain; charset=utf-8"}, "fortunes"
    reason = "header Content-Type; expected text/html; charset=utf-8; seen text/plain"

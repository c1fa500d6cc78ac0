"""Conditional requests: listings are revalidated by ETag and Last-Modified; a 304 is replaced by the kept response."""

from scrapy import Request
from scrapy.http import Response

from finews_spider.ledger.responses import KeptResponses, Validators

MAX_VALIDATOR = 1000  # characters of an ETag; it is sent back
UNCHANGED = "unchanged"  # the flag of a kept response that replaces a 304


_VALIDATOR_HEADERS = ("ETag", "Last-Modified")
_CONDITION_HEADERS = ("If-None-Match", "If-Modified-Since")


class ConditionalMiddleware:
    """Keeps responses that have an ETag or a Last-Modified in the request's `meta["kept_responses"]`, if it has that.

    A listing is read in full either way: what a run does with it does not depend on whether it has changed. With
    `meta["in_full"]`, its host is not asked whether it has.
    """

    def process_request(self, request: Request) -> None:
        """Add the validators of the kept response to the request's headers."""
        responses: KeptResponses | None = request.meta.get("kept_responses")
        if responses is None or request.meta.get("in_full"):
            return
        validators = responses.validators(request.url)
        for name, value in zip(_CONDITION_HEADERS, validators, strict=True):
            request.headers.pop(name, None)  # a redirect copies those of the page that it came from
            if value:
                request.headers[name] = value

    def process_response(self, request: Request, response: Response) -> Request | Response:
        """Return the response, for a 304 the kept one; or the request again where the kept one cannot be read."""
        responses: KeptResponses | None = request.meta.get("kept_responses")
        if responses is None:
            return response
        if response.status == 304:
            return _kept_response(response, responses) or request.copy()
        headers = (response.headers.get(name) or b"" for name in _VALIDATOR_HEADERS)
        validators = Validators(*(header.decode("latin-1") for header in headers))
        if response.status == 200 and any(validators) and max(map(len, validators)) <= MAX_VALIDATOR:
            responses.keep(response.url, validators, response.body)
        return response


def _kept_response(response: Response, responses: KeptResponses) -> Response | None:
    """Return the kept response in place of a 304; None where it is damaged."""
    if not responses.is_kept(response.url):  # a 304 to a request without validators
        return response
    body = responses.body(response.url)
    return None if body is None else response.replace(status=200, body=body, flags=[*response.flags, UNCHANGED])

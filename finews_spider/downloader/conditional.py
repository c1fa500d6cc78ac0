"""Listings are asked for again with If-None-Match and If-Modified-Since; for a 304 the kept answer stands in."""

from scrapy import Request
from scrapy.http import Response

from finews_spider.ledger.responses import KeptResponses, Validators

MAX_VALIDATOR = 1000  # characters of an ETag; it is sent back
UNCHANGED = "unchanged"  # the flag of a response that stands in


_HEADERS = ("ETag", "Last-Modified")


class ConditionalMiddleware:
    """Keeps answers to requests with `meta["kept_responses"]` there, where they have an ETag or a Last-Modified.

    A listing is read in full either way: what a run does with it does not depend on whether it has changed.
    """

    def process_request(self, request: Request) -> None:
        """Send what validates the kept answer."""
        responses: KeptResponses | None = request.meta.get("kept_responses")
        if responses is None:
            return
        validators = responses.validators(request.url)
        for name, value in zip(("If-None-Match", "If-Modified-Since"), validators, strict=True):
            request.headers.pop(name, None)  # of the page that redirected here
            if value:
                request.headers[name] = value

    def process_response(self, request: Request, response: Response) -> Request | Response:
        """Return the answer, or the kept one where it is the same; or the request again, where that cannot be read."""
        responses: KeptResponses | None = request.meta.get("kept_responses")
        if responses is None:
            return response
        if response.status == 304:
            return _stand_in(response, responses) or request.copy()
        validators = Validators(*((response.headers.get(name) or b"").decode("latin-1") for name in _HEADERS))
        if response.status == 200 and any(validators) and max(map(len, validators)) <= MAX_VALIDATOR:
            responses.keep(response.url, validators, response.body)
        return response


def _stand_in(response: Response, responses: KeptResponses) -> Response | None:
    """Return the kept answer in place of a 304; None where it is damaged."""
    if not responses.is_kept(response.url):  # a 304 that nobody asked for
        return response
    body = responses.body(response.url)
    return None if body is None else response.replace(status=200, body=body, flags=[*response.flags, UNCHANGED])

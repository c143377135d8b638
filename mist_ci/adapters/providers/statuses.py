"""HTTP status codes by their kind."""

from http import HTTPStatus

TOO_MANY_REQUESTS = HTTPStatus.TOO_MANY_REQUESTS
UNAUTHORIZED = HTTPStatus.UNAUTHORIZED
REQUEST_ENTITY_TOO_LARGE = HTTPStatus.REQUEST_ENTITY_TOO_LARGE


def is_success(status: int) -> bool:
    """2xx."""
    return status // 100 == 2  # noqa: PLR2004 - the hundreds are the kind


def is_redirect(status: int) -> bool:
    """3xx."""
    return status // 100 == 3  # noqa: PLR2004


def is_server_error(status: int) -> bool:
    """5xx."""
    return status // 100 == 5  # noqa: PLR2004


def is_error(status: int) -> bool:
    """4xx and 5xx."""
    return status // 100 in (4, 5)

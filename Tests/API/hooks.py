"""What schemathesis does here beside inventing requests and judging answers.

Every check is on for every operation. What no schema can say of a request stands in `UNSAYABLE`: who follows the
description may break it all the same, and the refusal is right. Only a refusal for such a reason passes.
"""

import ipaddress
import itertools
import json
import os
import re

import schemathesis
from schemathesis.openapi.checks import RejectedPositiveData
from urllib3.util import connection

# What is wrong with which member, by the pointer in an answer of 400.
UNSAYABLE = {
    "cursor": "is sealed: only the gateway can make one, for a list and its filter",
    "from": "must lie before `to`, in the past, not too long ago, and be there when results are sorted by latency",
    "to": "must lie after `from`",
    "retryInterval": "is at most the interval",
    "statuses": "are ranges from a lower code to a higher one",
    "channels": "must exist",
    "dependsOn": "must exist, and not be the monitor itself",
    "person": "must exist",
    "filter/q": "has a word, of more than blanks, accents and what is not seen",
    "bearerToken": "is not given beside basicAuth, unless one of them is null",
    "currentPassword": "must be the present one",
}
# The same of edits of a monitor, whose type stands in the path's monitor only.
HTTP_ONLY = "method statuses keyword invertKeyword maxRedirects verifyTls headers body basicAuth bearerToken".split()
UNSAYABLE_OF_EDITS = UNSAYABLE | {name: "is what only http monitors have" for name in HTTP_ONLY} | {
    "target": "must be of the monitor's type, and be given with another type"
}


@schemathesis.hook
def before_load_schema(context, raw_schema):
    """Makes the description stricter than it has to be for others.

    The API may grow, so that answers may have more members than are described, and `default` stands for what any server
    may answer. Here every status and every member must be described.
    """
    for item in raw_schema["paths"].values():
        for operation in item.values():
            if not isinstance(operation, dict) or "responses" not in operation:
                continue
            operation["responses"].pop("default", None)
            _close(operation["responses"], raw_schema, set())


def _close(node, document, seen, is_part=False):
    """Forbids members that are not described in all schemas below a node; a part of an `allOf` is closed by the whole."""
    if isinstance(node, list):
        for each in node:
            _close(each, document, seen)
    if not isinstance(node, dict) or (id(node), is_part) in seen:
        return
    seen.add((id(node), is_part))
    if "$ref" in node:
        target = document
        for name in node["$ref"].removeprefix("#/").split("/"):
            target = target[name]
        _close(target, document, seen, is_part)
    for part in node.get("allOf", []):
        _close(part, document, seen, is_part=True)
    for name, value in node.items():
        if name != "allOf":
            _close(value, document, seen)
    is_object = isinstance(node.get("properties"), dict) or "allOf" in node
    if is_object and not is_part and "additionalProperties" not in node:
        node["unevaluatedProperties"] = False


@schemathesis.hook
def filter_failure(context, failure, case, response):
    """Keeps the failures that are the gateway's or the description's."""
    return not (isinstance(failure, RejectedPositiveData) and _is_unsayable(case, response))


def _is_unsayable(case, response):
    if response.status_code == 412:
        # Nobody knows the ETag of what may be there.
        return "If-Match" in case.headers
    answer = json.loads(response.content)
    detail = answer["detail"]
    if case.path.startswith(("/sites", "/webhooks")):
        if response.status_code == 422:
            return all(
                # Lengths are of UTF-8 in bytes; a schema counts characters.
                fault["type"] == "string_too_long"
                # What is not known is ignored, but numbers have 64 bits in any case.
                or fault["type"] == "json_invalid" and "too big" in fault["ctx"]["error"]
                # In its chains schemathesis takes a delivery's webhookId, which is a text, for the id of a webhook.
                or fault["type"] == "int_parsing" and fault["input"].startswith("msg_")
                for fault in detail
            )
        # This interface says 400 where there is nothing with the id.
        return response.status_code == 400 and detail in ("Site not found", "Webhook not found")
    if response.status_code != 400 or "errors" not in answer:
        return False
    unsayable = UNSAYABLE_OF_EDITS if case.method == "PATCH" else UNSAYABLE
    return all(
        _names(error["pointer"], unsayable)
        # Lengths are of UTF-8 in bytes; a schema counts characters.
        or error["detail"].startswith("Must have at most ") and " bytes" in error["detail"]
        for error in answer["errors"]
    )


def _names(pointer, members):
    """Whether an answer's pointer leads to one of these members, or into it."""
    path = pointer.removeprefix("#/")
    return path in members or path.split("/")[0] in members


if os.environ["APUS_ROLE"] == "viewer":

    @schemathesis.check
    def viewers_change_nothing(ctx, response, case):
        # HTTP Basic is another caller's.
        is_viewer = not response.request.headers.get("Authorization", "").startswith("Basic")
        reads = case.method in ("GET", "OPTIONS") or response.status_code >= 400
        assert reads or not is_viewer, "A viewer's key has changed something."


_repetition = re.compile("[ -~]{1,200}")
_requests = itertools.count(1)


@schemathesis.hook
def before_call(context, case, kwargs):
    """Gives each request an Idempotency-Key of its own where it has a valid one.

    The same few are invented again and again, and whatever came with a used one would be refused unread.
    """
    key = case.headers.get("Idempotency-Key")
    if key is not None and _repetition.fullmatch(str(key)):
        case.headers["Idempotency-Key"] = f"{os.getpid()}-{next(_requests)} {key}"[:200]


@schemathesis.hook
def after_call(context, case, response):
    """Notes which operations did what they are for."""
    if response.status_code < 300 and case.method == case.operation.method.upper():
        with open(os.environ["APUS_DONE"], "a") as file:
            file.write(case.operation.label + "\n")


_addresses = ipaddress.ip_network("127.128.0.0/9").hosts()
_connect = connection.create_connection


def _from_elsewhere(address, timeout=None, source_address=None, socket_options=None):
    """Lets each connection come from another address of loopback's network.

    The check `ignored_auth` tries wrong passwords, which make their address wait.
    """
    return _connect(address, timeout, source_address or (str(next(_addresses)), 0), socket_options)


connection.create_connection = _from_elsewhere

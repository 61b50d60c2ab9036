"""A Secret Service on D-Bus that is broken: ``mute`` never answers, ``locked`` asks the user, who closes the prompt."""

from __future__ import annotations

import sys
from pathlib import Path

from jeepney import DBusAddress, Message, MessageType, new_error, new_method_call, new_method_return, new_signal
from jeepney.io.blocking import DBusConnection, open_dbus_connection

NAME = "org.freedesktop.secrets"
COLLECTION = "/org/freedesktop/secrets/collection/login"
PROMPT = "/org/freedesktop/secrets/prompt/p1"
BUS = DBusAddress("/org/freedesktop/DBus", bus_name="org.freedesktop.DBus", interface="org.freedesktop.DBus")


def answer_locked(connection: DBusConnection, call: Message) -> None:
    """Answer as a service whose only collection is locked and whose prompt is dismissed at once."""
    fields = {field.name: value for field, value in call.header.fields.items()}
    match fields["member"]:
        case "OpenSession" if call.body[0] == "plain":
            reply = new_method_return(call, "vo", (("s", ""), "/org/freedesktop/secrets/session/s1"))
        case "OpenSession":
            reply = new_error(call, "org.freedesktop.DBus.Error.NotSupported")
        case "ReadAlias":
            reply = new_method_return(call, "o", (COLLECTION,))
        case "Get":
            locked = ("b", True) if call.body[1] == "Locked" else ("s", "login")
            reply = new_method_return(call, "v", (locked,))
        case "Unlock":
            reply = new_method_return(call, "aoo", ([], PROMPT))
        case "Prompt":
            connection.send(new_method_return(call))
            emitter = DBusAddress(PROMPT, interface="org.freedesktop.Secret.Prompt")
            reply = new_signal(emitter, "Completed", "bv", (True, ("ao", [])))
        case _:
            reply = new_error(call, "org.freedesktop.DBus.Error.UnknownMethod")
    connection.send(reply)


def main() -> None:
    """Own the service's name and be broken for ever."""
    kind, folder = sys.argv[1], Path(sys.argv[2])
    connection = open_dbus_connection("SESSION")
    connection.send_and_get_reply(new_method_call(BUS, "RequestName", "su", (NAME, 0)))
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    while True:
        call = connection.receive()
        if call.header.message_type is not MessageType.method_call:
            continue
        with (folder / "asked").open("a") as asked:
            asked.write("asked\n")
        if kind == "locked":
            answer_locked(connection, call)


if __name__ == "__main__":
    main()

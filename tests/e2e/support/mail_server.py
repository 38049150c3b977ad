"""A mail server for tests:
mail_server.py DIRECTORY PORT [--certificate FILE --key FILE] [--password PASSWORD] [--mails-each COUNT]

It is aiosmtpd, listening on the loopback address; port 0 picks a free one, which it prints. Each mail becomes a file in
the directory, with the recipient and how it came in headers of their own. A recipient whose local part ends in a
number, as ann-550@example.com, is refused with it. With a certificate it asks for STARTTLS, with a password for the
user `shop` and that. With --mails-each it takes no more than so many mails over one connection.
"""

import argparse
import asyncio
import pathlib
import re
import ssl

from aiosmtpd.smtp import SMTP, AuthResult


class Postbox:
    """Takes mails."""

    def __init__(self, directory, limit):
        self.directory = directory
        self.limit = limit
        self.count = 0

    async def handle_MAIL(self, server, session, envelope, address, options):
        session.mails = getattr(session, "mails", 0) + 1
        if self.limit and session.mails > self.limit:
            return "421 4.7.0 too many mails over this connection"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        refused = re.search(r"-([45]\d\d)@", address)
        if refused:
            return f"{refused[1]} {refused[1][0]}.1.1 <{address}> is not wanted"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        self.count += 1
        notes = {"X-Recipients": ",".join(envelope.rcpt_tos), "X-Sender": envelope.mail_from,
                 "X-Name": session.host_name, "X-Encrypted": session.ssl is not None,
                 "X-User": session.auth_data, "X-Connection": session.peer[1]}
        head = "".join(f"{name}: {value}\r\n" for name, value in notes.items())
        name = f"{self.count:04}.eml"
        hidden = self.directory / f".{name}"
        hidden.write_bytes(head.encode() + envelope.original_content)
        hidden.rename(self.directory / name)
        return "250 OK"


def accept(password):
    def check(server, session, envelope, mechanism, data):
        good = (data.login, data.password) == (b"shop", password.encode())
        return AuthResult(success=good, auth_data="shop", handled=False)
    return check


async def main(given):
    options = {"hostname": "localhost", "loop": asyncio.get_running_loop()}
    if given.certificate:
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(given.certificate, given.key)
        options |= {"tls_context": context, "require_starttls": True}
    if given.password:
        options |= {"authenticator": accept(given.password), "auth_required": True,
                    "auth_require_tls": bool(given.certificate)}
    postbox = Postbox(given.directory, given.mails_each)
    server = await asyncio.get_running_loop().create_server(
        lambda: SMTP(postbox, **options), "127.0.0.1", given.port)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


parser = argparse.ArgumentParser()
parser.add_argument("directory", type=pathlib.Path)
parser.add_argument("port", type=int)
parser.add_argument("--certificate")
parser.add_argument("--key")
parser.add_argument("--password")
parser.add_argument("--mails-each", type=int)
asyncio.run(main(parser.parse_args()))

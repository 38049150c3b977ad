"""How fast files go in and out, beside nginx with the same file."""

import contextlib
import http.client
import json
import os
import shutil
import socket
import urllib.parse

from suite.contestants import free_port, wrk
from suite.pictures import ROOMS
from suite.processes import Child, Failure, until

PHOTO = ROOMS / "living_room.jpg"
USER = 1


class FileServer:
    """nginx: files by sendfile, uploads by its WebDAV module, which writes them down and no more."""

    configuration = """
daemon off; pid {work}/pid; error_log stderr warn; worker_processes auto; {user}
events {{ worker_connections 1024; }}
http {{
    access_log off; sendfile on; tcp_nopush on; client_max_body_size 64m; keepalive_requests 1000000000;
    client_body_temp_path {work}/1; proxy_temp_path {work}/2; fastcgi_temp_path {work}/3; uwsgi_temp_path {work}/4;
    scgi_temp_path {work}/5;
    server {{ listen 127.0.0.1:{port} reuseport; root {work}/files; location / {{ dav_methods PUT; }} }}
}}
"""

    def __init__(self, work):
        self.work = work / "files"
        shutil.rmtree(self.work, ignore_errors=True)
        (self.work / "files").mkdir(parents=True)
        shutil.copy(PHOTO, self.work / "files" / "photo.jpg")
        self.log = self.work / "log"

    @contextlib.contextmanager
    def serving(self):
        port = free_port()
        (self.work / "nginx.conf").write_text(self.configuration.format(
            work=self.work, port=port, user="" if os.geteuid() else "user root;"))
        program = shutil.which("nginx") or "/usr/sbin/nginx"
        with Child([program, "-p", self.work, "-c", self.work / "nginx.conf"], self.log, directory=self.work):
            def listening():
                with socket.socket() as s:
                    return s.connect_ex(("127.0.0.1", port)) == 0
            until("nginx", listening)
            yield f"http://127.0.0.1:{port}"


def upload(url):
    """Sends the photo; the id of its image."""
    connection = http.client.HTTPConnection(urllib.parse.urlparse(url).netloc, timeout=30)
    connection.request("POST", "/v1/images?room_type=living_room", PHOTO.read_bytes(),
                       {"Authorization": f"Bearer atl_{USER:043}", "Content-Type": "image/jpeg"})
    answer = connection.getresponse()
    body = answer.read().decode()
    connection.close()
    if answer.status != 201:
        raise Failure(f"the service answers {answer.status}: {body}")
    return json.loads(body)["id"]


def megabytes_a_second(url, connections, seconds, log, **options):
    result = wrk("file.lua", url, connections, seconds, log, **options)
    return result["per_second"] * PHOTO.stat().st_size / 1e6


def measure_service(url, connections, seconds, log):
    image = upload(url)
    return {
        "upload": megabytes_a_second(url, connections, seconds, log, method="POST", user=USER, file=PHOTO,
                                     path="/v1/images?room_type=living_room", type="image/jpeg"),
        "download": megabytes_a_second(url, connections, seconds, log, method="GET", user=USER,
                                       path=f"/v1/images/{image}/file")}


def measure_nginx(url, connections, seconds, log):
    return {
        "nginx_upload": megabytes_a_second(url, connections, seconds, log, method="PUT", file=PHOTO,
                                           path="/uploaded.jpg", type="image/jpeg"),
        "nginx_download": megabytes_a_second(url, connections, seconds, log, method="GET", path="/photo.jpg")}

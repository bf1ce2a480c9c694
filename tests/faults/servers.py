"""The remotes that people use, served on this machine: a folder, S3, SSH and WebDAV."""

import asyncio
import threading
from contextlib import contextmanager
from typing import NamedTuple


class Served(NamedTuple):
    """A remote, and one that does not work.

    `options` are settings of `dvc remote modify`; `environment` has variables with credentials.
    """

    url: str
    options: dict[str, str]
    environment: dict[str, str]
    wrong_url: str
    wrong_options: dict[str, str]
    told: str  # about the wrong one


@contextmanager
def folder(place):
    (place / "file").touch()
    yield Served(str(place / "remote"), {}, {}, str(place / "file/remote"), {}, "Not a directory")


@contextmanager
def s3(place):
    import boto3
    from moto.server import ThreadedMotoServer

    credentials = {"AWS_ACCESS_KEY_ID": "me", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_DEFAULT_REGION": "us-east-1"}
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    try:
        endpoint = "http://{}:{}".format(*server.get_host_and_port())
        client = boto3.client(
            "s3", endpoint_url=endpoint, aws_access_key_id="me", aws_secret_access_key="secret", region_name="us-east-1"
        )
        client.create_bucket(Bucket="bucket")
        options = {"endpointurl": endpoint}
        yield Served(
            "s3://bucket/misread", options, credentials, "s3://none/misread", options, "bucket does not exist"
        )  # fmt: skip
    finally:
        server.stop()


@contextmanager
def ssh(place):
    import asyncssh

    key, other = (asyncssh.generate_private_key("ssh-ed25519") for _ in range(2))
    for name, private in (("key", key), ("other", other)):
        private.write_private_key(place / name)
    (place / "authorized").write_bytes(key.export_public_key())
    (place / "served").mkdir()
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()

    async def listen():
        return await asyncssh.listen(
            "127.0.0.1",
            0,
            server_host_keys=[asyncssh.generate_private_key("ssh-ed25519")],
            authorized_client_keys=str(place / "authorized"),
            sftp_factory=lambda connection: asyncssh.SFTPServer(connection, chroot=str(place / "served").encode()),
        )

    server = asyncio.run_coroutine_threadsafe(listen(), loop).result()
    try:
        url = f"ssh://me@127.0.0.1:{server.get_port()}/misread"
        wrong = {"keyfile": str(place / "other")}
        yield Served(url, {"keyfile": str(place / "key")}, {}, url, wrong, "Permission denied")
    finally:
        loop.call_soon_threadsafe(server.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()


@contextmanager
def webdav(place):
    from cheroot.wsgi import Server
    from wsgidav.wsgidav_app import WsgiDAVApp

    (place / "served").mkdir()  # `make remote` makes the collection in it
    settings = {
        "provider_mapping": {"/": str(place / "served")},
        "simple_dc": {"user_mapping": {"*": {"me": {"password": "secret"}}}},
        "logging": {"enable": False},
        "verbose": 0,
    }
    server = Server(("127.0.0.1", 0), WsgiDAVApp(settings))
    server.prepare()
    thread = threading.Thread(target=server.serve, daemon=True)
    thread.start()
    try:
        url = f"webdav://127.0.0.1:{server.bind_addr[1]}"
        options = {"user": "me", "password": "secret"}
        wrong = options | {"password": "another"}
        yield Served(f"{url}/misread", options, {}, f"{url}/misread", wrong, "401 Not Authorized")
    finally:
        server.stop()
        thread.join()


KINDS = {"folder": folder, "S3": s3, "SSH": ssh, "WebDAV": webdav}

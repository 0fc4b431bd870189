"""Stands before a Spark Connect server and keeps its sessions: spark_sessions.py PORT_OF_THE_SERVER PORT

Sail's own catalog lives as long as a session, and the ADBC driver releases its session with each connection. Where
catalogs outlive sessions, as Unity Catalog and Hive's do, tables are there for the next connection; so they are behind this:
a session is told to be released and is not. All else passes through as it is.
"""

import sys
from concurrent import futures

import grpc

UNLIMITED = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]


class Passing(grpc.GenericRpcHandler):
    def __init__(self, server):
        self.server = server

    def service(self, details):
        # A call of one message is a stream of one message on the wire.
        passing = self.released if details.method.endswith("/ReleaseSession") else self.passed(details.method)
        return grpc.stream_stream_rpc_method_handler(passing)

    @staticmethod
    def released(requests, context):
        for _ in requests:
            yield b""

    def passed(self, method):
        def passing(requests, context):
            headers = [pair for pair in context.invocation_metadata() if pair[0] != "user-agent"]
            call = self.server.stream_stream(method)(requests, metadata=headers)
            context.add_callback(call.cancel)
            try:
                yield from call
            except grpc.RpcError as error:
                context.set_trailing_metadata(error.trailing_metadata() or ())
                context.abort(error.code(), error.details())

        return passing


def main():
    behind, port = sys.argv[1:]
    channel = grpc.insecure_channel(f"127.0.0.1:{behind}", options=UNLIMITED)
    # A thread for each statement that runs.
    threads = futures.ThreadPoolExecutor(64)
    # A port that another process has is an error, and not shared.
    options = [*UNLIMITED, ("grpc.so_reuseport", 0)]
    server = grpc.server(threads, handlers=[Passing(channel)], options=options)
    server.add_insecure_port(f"127.0.0.1:{port}")
    server.start()
    server.wait_for_termination()


main()

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Events of matchmaking and placements: GET /_local/events, and webhooks of a gamelift-local."""
import http.server
import json
import socket
import threading
import unittest
import urllib.error
import urllib.request

from local import Service, until


class Sink:
    """An HTTP server that keeps what it is sent; answers are the statuses of its first requests."""

    def __init__(self, *answers, port=0):
        self.received, self.answers = [], list(answers)
        self.may_answer = threading.Event()
        self.may_answer.set()
        sink = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                sink.received.append((self.path, dict(self.headers), json.loads(body)))
                sink.may_answer.wait()
                self.send_response(sink.answers.pop(0) if sink.answers else 204)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.may_answer.set()
        self.server.shutdown()
        self.server.server_close()

    def ids(self):
        return [body["detail"]["placementId"] for _, _, body in self.received]


class Events(unittest.TestCase):
    def start(self, *options):
        self.service = Service(*options)
        self.addCleanup(self.service.stop)

    def sink(self, *answers, **how):
        sink = Sink(*answers, **how)
        self.addCleanup(sink.close)
        return sink

    def queue(self, name, **more):
        self.service.call("CreateGameSessionQueue", Name=name, **more)

    def place(self, queue, *ids):
        """Placements that end at once."""
        for one in ids:
            self.service.call("StartGameSessionPlacement", PlacementId=one, GameSessionQueueName=queue,
                              MaximumPlayerSessionCount=2)
            self.service.call("StopGameSessionPlacement", PlacementId=one)

    def events(self, query=""):
        with urllib.request.urlopen(f"{self.service.url}/_local/events{query}", timeout=20) as answer:
            return json.load(answer)

    def test_the_document_of_events_goes_on_where_the_last_one_ended(self):
        self.start()
        self.queue("q", CustomEventData="mine")
        self.assertEqual({"events": [], "last": 0}, self.events())
        self.place("q", "one")
        first = self.events()
        self.assertEqual("mine", first["events"][0]["event"]["detail"]["customEventData"])
        self.place("q", "two")
        self.assertEqual(["two"], [event["event"]["detail"]["placementId"]
                                   for event in self.events(f"?after={first['last']}")["events"]])
        for wrong in ("?after=", "?after=x", "?after=1x", "?token=x&after=-1"):
            with self.assertRaises(urllib.error.HTTPError) as refused:
                self.events(wrong)
            self.assertEqual(400, refused.exception.code)
            refused.exception.close()
        self.assertEqual(0, self.service.stop())

    def test_a_webhook_gets_every_event_in_order_and_what_it_refuses_again(self):
        sink = self.sink(500, 302)
        self.start("--webhook", sink.url + "/all?x=1")
        self.queue("q")
        self.place("q", "one", "two", "three")
        until(lambda: len(sink.received) >= 5, what="three events, the first one three times")
        self.assertEqual(["one", "one", "one", "two", "three"], sink.ids())
        path, headers, body = sink.received[0]
        self.assertEqual("/all?x=1", path)
        self.assertEqual("application/json", headers["Content-Type"])
        self.assertEqual("GameLift Queue Placement Event", body["detail-type"])
        self.assertEqual(0, self.service.stop())

    def test_after_a_reset_a_webhook_gets_the_events_of_the_new_beginning(self):
        sink = self.sink()
        sink.may_answer.clear()
        self.start("--webhook", sink.url)
        self.queue("q")
        self.place("q", "old-1", "old-2")
        until(lambda: sink.received, what="the first event is on its way")
        self.service.control("reset")
        sink.may_answer.set()
        self.queue("q")
        self.place("q", "new-1", "new-2")
        until(lambda: "new-2" in sink.ids(), what="the events of the new beginning")
        self.assertEqual(["old-1", "new-1", "new-2"], sink.ids())
        self.assertEqual(0, self.service.stop())

    def test_targets_of_their_own_and_the_wrapping_of_sns(self):
        every, topic, own = self.sink(), self.sink(), self.sink()
        arn = "arn:aws:sns:us-east-1:000000000000:topic"
        self.start("--webhook", every.url, "--webhook", f"{arn}={topic.url}", "--webhook-sns")
        self.queue("plain")
        self.queue("topic", NotificationTarget=arn)
        self.queue("own", NotificationTarget=own.url + "/own")
        self.place("plain", "a")
        self.place("topic", "b")
        self.place("own", "c")
        until(lambda: len(every.received) == 3 and topic.received and own.received, what="all events")
        _, headers, body = topic.received[0]
        self.assertEqual("Notification", headers["x-amz-sns-message-type"])
        self.assertEqual(("Notification", arn), (body["Type"], body["TopicArn"]))
        message = json.loads(body["Message"])
        self.assertEqual("b", message["detail"]["placementId"])
        self.assertEqual((message["id"], message["time"]), (body["MessageId"], body["Timestamp"]))
        self.assertEqual("/own", own.received[0][0])
        self.assertEqual((1, 1), (len(topic.received), len(own.received)))
        self.assertEqual(0, self.service.stop())

    def test_a_receiver_that_is_away_is_tried_again_and_given_up(self):
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        self.start("--webhook", f"http://localhost:{port}")
        self.queue("q")
        self.place("q", "lost")
        until(lambda: "is given up after 5 tries" in self.service.log(), 30, "the event is given up")
        sink = self.sink(port=port)
        self.place("q", "found")
        until(lambda: sink.received, 30, "the next event")
        self.assertEqual(["found"], sink.ids())
        self.assertEqual(0, self.service.stop())

    def test_a_slow_one_loses_the_oldest_and_one_that_never_answers_holds_nobody_up(self):
        """Neither calls, nor other receivers, nor the end of the program, which a thousand events wait for."""
        slow, other = self.sink(), self.sink()
        slow.may_answer.clear()
        with socket.create_server(("127.0.0.1", 0), backlog=16) as silent:
            silent_url = f"http://127.0.0.1:{silent.getsockname()[1]}"
            self.start("--webhook", slow.url, "--webhook", other.url, "--webhook", silent_url)
            self.queue("q")
            self.place("q", "first", "second", "third")
            until(lambda: len(slow.received) == 1 and len(other.received) == 3, what="the first events")
            for i in range(1000):
                self.service.call("StartGameSessionPlacement", PlacementId=f"p{i}", GameSessionQueueName="q",
                                  MaximumPlayerSessionCount=2)
            self.service.call("DeleteGameSessionQueue", Name="q")  # they all fail, in one moment
            until(lambda: len(other.received) == 1003, 60, "all events at the other one")
            # In the order in which they were told, which goes by when a process was last looked for.
            told = [event["event"]["detail"]["placementId"] for event in self.events()["events"]]
            self.assertEqual(["first", "second", "third", *told], other.ids())
            self.assertCountEqual([f"p{i}" for i in range(1000)], told)
            slow.may_answer.set()
            until(lambda: slow.ids()[-1] == told[-1], 60, "the latest event at the slow one")
            self.assertIn(f"webhook {slow.url}: events are dropped", self.service.log())
            self.assertNotIn("second", slow.ids())
            self.assertEqual(0, self.service.stop())

    def test_what_a_target_may_not_be(self):
        self.start()
        self.queue("far", NotificationTarget="http://192.0.2.1/x")
        self.queue("odd", NotificationTarget="https://127.0.0.1/x")
        self.place("far", "a")
        self.place("odd", "b")
        self.assertEqual(2, self.events()["last"])
        self.assertEqual(0, self.service.stop())
        for wrong in ("https://127.0.0.1/", "http://example.com/", "http://127.0.0.1:0/", "http://127.0.0.1:x/", "ftp"):
            with self.assertRaisesRegex(AssertionError, "--webhook takes http://ADDRESS:PORT/PATH"):
                Service("--webhook", wrong)


if __name__ == "__main__":
    unittest.main()

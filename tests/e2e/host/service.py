# SPDX-License-Identifier: Apache-2.0
"""gamelift-local beside the arenas of a test: game sessions and players for them."""

import local


class Service(local.Service):
    def process_state(self, process_id="manual-1"):
        process = self.process(process_id)
        return process and process["state"]

    def player_states(self):
        return [one["status"] for one in self.state()["player_sessions"]]

    def wait_until(self, condition, what, timeout_s=10):
        try:
            local.until(condition, timeout_s, what)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.log()}\n{self.state()['processes']}") from None

    def place_session(self, seats=4):
        """A game session on whichever server is ready; its id once it is active."""
        self.wait_until(lambda: any(one["state"] == "READY" for one in self.state()["processes"]), "a ready process")
        session = self.create_session(seats)["GameSessionId"]
        self.wait_until(lambda: self.session(session)["Status"] == "ACTIVE", "an active game session")
        return session

    def create_player(self, session, player_id="player-1"):
        return self.call("CreatePlayerSession", GameSessionId=session,
                         PlayerId=player_id)["PlayerSession"]["PlayerSessionId"]

# SPDX-License-Identifier: Apache-2.0
# A game server in Godot 3: players walk about and see where everybody is. README.md says how to run it.
#
# A player is a sender of datagrams. The first one is its player session id; then it says "left", "right", "up", "down"
# or "bye". The GameLift plugin checks the players, by the library of gamelift_godot.c.
extends SceneTree

const STEPS = {"left": Vector2(-1, 0), "right": Vector2(1, 0), "up": Vector2(0, -1), "down": Vector2(0, 1)}
const MAX_PLAYERS = 64

var native = GDNative.new()
var udp = PacketPeerUDP.new()
var players = {}  # by number: {address, port, position}; position is null until GameLift has accepted the player

func gamelift(name, arguments = []):
	return native.call_native("standard_varcall", "gamelift_" + name, arguments)

func tell(player, text):
	udp.set_dest_address(player.address, player.port)
	udp.put_packet(text.to_utf8())

func number_of(address, port):
	for number in players:
		if players[number].address == address and players[number].port == port:
			return number
	return 0

func free_number():
	for number in range(1, MAX_PLAYERS + 1):
		if not players.has(number):
			return number
	return 0

func decide(number, verdict):
	if not players.has(number):
		return
	var player = players[number]
	if verdict == "accepted":
		player.position = Vector2()
		tell(player, "welcome")
	elif verdict != "pending":
		tell(player, verdict)
		players.erase(number)

func come(address, port, id):
	var number = free_number()
	var player = {"address": address, "port": port, "position": null}
	if number == 0:
		return tell(player, "the server is full")
	players[number] = player
	decide(number, gamelift("connect", [number, id]))

func say(number, text):
	var player = players[number]
	if text == "bye":
		players.erase(number)
		gamelift("disconnect", [number])
	elif player.position != null and STEPS.has(text):
		player.position += STEPS[text]
		for other in players.values():
			tell(other, "%d is at %d %d" % [number, player.position.x, player.position.y])

func hear():
	while udp.get_available_packet_count() > 0:
		var text = udp.get_packet().get_string_from_utf8()
		var address = udp.get_packet_ip()
		var port = udp.get_packet_port()
		var number = number_of(address, port)
		if number == 0:
			come(address, port, text)
		else:
			say(number, text)

func _init():
	var port = int(OS.get_environment("PORT"))
	native.library = load("res://gamelift.gdnlib")
	var ok = native.initialize() and udp.listen(port, "127.0.0.1") == OK
	if not ok or gamelift("start", [OS.get_environment("GAMELIFT_PLUGIN"), port]) != "":
		leave(1)

func leave(code):
	native.terminate()  # without it Godot 3.2.3 crashes at its end
	quit(code)

func _idle(_delta):
	var wanted = gamelift("frame")
	hear()
	var decision = gamelift("decision")
	while decision != "":
		decide(int(decision), decision.split(" ", true, 1)[1])
		decision = gamelift("decision")
	if wanted != "":
		gamelift("stop")
		leave(int(wanted.trim_prefix("exit ")))
	return wanted != ""

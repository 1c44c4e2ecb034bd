-- SPDX-License-Identifier: Apache-2.0
-- The link into a lobby that others on the network can reach: who has it gets in, and can hand it on as a QR code.
--
-- Pure.

local lobby_link = {}
local link_methods = {}
link_methods.__index = link_methods

lobby_link.refusal = "This lobby opens with the token in its link: open the whole link, or scan its QR code again."

--- options, each nil where there is none: token; link, with the token in its fragment; rows, the link's QR code as
--- rows of "#" (dark) and "." (light) with blanks between them.
function lobby_link.new(options)
  local rows = {}
  for row in (options.rows or ""):gmatch "%S+" do rows[#rows + 1] = row end
  return setmetatable({ token = options.token, link = options.link, rows = #rows > 0 and rows or nil }, link_methods)
end

--- All bytes are looked at, whatever they are: the time that it takes tells nothing of how much was right.
local function are_equal(given, wanted)
  local difference = #given ~ #wanted
  for index = 1, #wanted do difference = difference | ((given:byte(index) or 0) ~ wanted:byte(index)) end
  return difference == 0
end

--- query: of the request. Without a token everybody gets in.
function link_methods:admits(query)
  return not self.token or are_equal(query.token or "", self.token)
end

--- What the page is told; nothing where the lobby has no such link.
function link_methods:answer()
  return { link = self.link, rows = self.rows }
end

local function is_loopback(host)
  return host:find "^127%.%d+%.%d+%.%d+$" ~= nil or host == "localhost" or host == "[::1]"
end

local function host_of(url)
  return url:match "^https?://(%[[%x:]+%])" or url:match "^https?://([^:/#]+)"
end

--- Can who asks from this address open that one? One on the loopback can only be opened on this machine.
function link_methods:can_open(url, address)
  return not is_loopback(host_of(url)) or is_loopback(address) or (self.link ~= nil and address == host_of(self.link))
end

return lobby_link

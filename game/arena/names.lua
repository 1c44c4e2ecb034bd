-- SPDX-License-Identifier: Apache-2.0
-- What people call themselves, made fit to be shown to others.

local names = {}

names.most_characters = 24

-- Controls, and characters that are invisible or turn the text round them: code points, first and last.
local UNWANTED = {
  { 0x00, 0x1F }, { 0x7F, 0x9F }, { 0xAD, 0xAD }, { 0x61C, 0x61C }, { 0x180E, 0x180E }, { 0x200B, 0x200F },
  { 0x2028, 0x202E }, { 0x2060, 0x206F }, { 0xFE00, 0xFE0F }, { 0xFEFF, 0xFEFF }, { 0xFFF0, 0xFFFF },
  { 0xE0000, 0xE0FFF },
}

local function unwanted(code)
  for _, range in ipairs(UNWANTED) do
    if code >= range[1] and code <= range[2] then return true end
  end
  return false
end

--- The name without what cannot be shown, or nil and a sentence.
function names.clean(text)
  if type(text) ~= "string" then return nil, "A name is a text." end
  if #text > 512 or not utf8.len(text) then return nil, "A name is UTF-8 text of at most 24 characters." end
  local kept = {}
  for _, code in utf8.codes(text) do
    if not unwanted(code) then kept[#kept + 1] = utf8.char(code) end
  end
  local name = table.concat(kept):gsub("%s+", " "):gsub("^ ", ""):gsub(" $", "")
  local length = utf8.len(name)
  if length == 0 then return nil, "Please enter a name." end
  if length > names.most_characters then
    return nil, ("A name has at most %d characters; this one has %d."):format(names.most_characters, length)
  end
  return name
end

--- Letters and digits of the name, as the first part of a player id: "Mia K." -> "mia-k".
function names.slug(name)
  local slug = name:lower():gsub("[^a-z0-9]+", "-"):gsub("^%-+", ""):gsub("%-+$", "")
  return slug ~= "" and slug:sub(1, 24) or "player"
end

--- The name that a player id made of names.slug shows, until its owner says hello: "mia-k-4f2a91" -> "mia-k".
function names.of_player_id(player_id)
  local slug = player_id:match("^(.+)%-%x%x%x%x%x%x$") or player_id
  return names.clean(slug:sub(1, names.most_characters)) or "player"
end

return names

-- SPDX-License-Identifier: Apache-2.0
-- What people call themselves, made fit to be shown to others.

local names = {}

names.most_characters = 24

-- Code points, first and last. What is listed is left out of names.
local UNWANTED = {
  -- controls, invisible ones, and those that turn the text round them
  { 0x00, 0x1F }, { 0x7F, 0x9F }, { 0xAD, 0xAD }, { 0x34F, 0x34F }, { 0x61C, 0x61C }, { 0x115F, 0x1160 },
  { 0x17B4, 0x17B5 }, { 0x180B, 0x180F }, { 0x200B, 0x200F }, { 0x2028, 0x202E }, { 0x2060, 0x206F },
  { 0x2800, 0x2800 }, { 0x3164, 0x3164 }, { 0xFE00, 0xFE0F }, { 0xFEFF, 0xFEFF }, { 0xFFA0, 0xFFA0 },
  { 0xFFF0, 0xFFFF }, { 0x1BCA0, 0x1BCA3 }, { 0x1D159, 0x1D159 }, { 0x1D173, 0x1D17A }, { 0xE0000, 0xE0FFF },
  -- for private use, and beyond: no font has them
  { 0xE000, 0xF8FF }, { 0xF0000, 0x10FFFF },
}
-- Blanks beside those of ASCII.
local BLANKS = {
  { 0xA0, 0xA0 }, { 0x1680, 0x1680 }, { 0x2000, 0x200A }, { 0x202F, 0x202F }, { 0x205F, 0x205F }, { 0x3000, 0x3000 },
}
-- Marks that sit on the letter before them: towers of them cover the lines above.
local MARKS = {
  { 0x300, 0x36F }, { 0x483, 0x489 }, { 0x1AB0, 0x1AFF }, { 0x1DC0, 0x1DFF }, { 0x20D0, 0x20FF }, { 0xFE20, 0xFE2F },
}
local MOST_MARKS = 2 -- on one letter

local function is_in(ranges, code)
  for _, range in ipairs(ranges) do
    if code >= range[1] and code <= range[2] then return true end
  end
  return false
end

--- What is left of a text when what cannot be shown has gone.
local function visible(text)
  local kept, marks = {}, MOST_MARKS -- none without a letter before it
  for _, code in utf8.codes(text) do
    local is_blank = code == 0x20 or (code >= 0x09 and code <= 0x0D) or is_in(BLANKS, code)
    if is_blank then code = 0x20 end
    if is_in(MARKS, code) then
      marks = marks + 1
      if marks <= MOST_MARKS then kept[#kept + 1] = utf8.char(code) end
    elseif not is_in(UNWANTED, code) then
      marks = is_blank and MOST_MARKS or 0
      kept[#kept + 1] = utf8.char(code)
    end
  end
  return (table.concat(kept):gsub(" +", " "):gsub("^ ", ""):gsub(" $", ""))
end

--- The name without what cannot be shown, or nil and a sentence.
function names.clean(text)
  if type(text) ~= "string" then return nil, "A name is a text." end
  if #text > 512 or not utf8.len(text) then return nil, "A name is UTF-8 text of at most 24 characters." end
  local name = visible(text)
  local length = utf8.len(name)
  if length == 0 then return nil, "Please enter a name." end
  if length > names.most_characters then
    return nil, ("A name has at most %d characters; this one has %d."):format(names.most_characters, length)
  end
  return name
end

--- The names that matchmaking knows, by player id: the attribute "name" of the players in matchmaker data.
function names.in_matchmaker_data(data)
  local known = {}
  for _, player in ipairs(data.players) do
    known[player.player_id] = names.clean(player.attributes and player.attributes.name)
  end
  return known
end

return names

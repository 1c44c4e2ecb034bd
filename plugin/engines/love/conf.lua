-- SPDX-License-Identifier: Apache-2.0
-- A server has neither a window nor a sound.
function love.conf(t)
  t.identity = "gamelift-love"
  t.window = false
  for _, name in ipairs { "audio", "font", "graphics", "image", "joystick", "keyboard", "mouse", "sound", "touch",
                          "video", "window" } do
    t.modules[name] = false
  end
end

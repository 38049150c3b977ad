-- As spend.lua, with a pause between two requests of a connection. Argument: delay (milliseconds).
local common = require("common")
dofile("spend.lua")
local begin = init

function init(words)
   local pause = common.options(words).delay
   function delay() return pause end -- wrk looks for it when all is set up
   begin(words)
end

-- GET /v1/wallet. Arguments: users, spread, last, seed, delay (milliseconds between two requests of a connection).
local common = require("common")
local requests, choose = {}, nil

function init(words)
   local o = common.options(words)
   math.randomseed(o.seed)
   choose = common.chooser(o.spread, o.users, o.last)
   if o.delay then
      function delay() return o.delay end -- wrk looks for it when all is set up
   end
   for user = 1, o.users do
      requests[user] = wrk.format("GET", "/v1/wallet", { ["Authorization"] = common.bearer(user) })
   end
end

function request()
   return requests[choose()]
end

function done(summary, latency)
   common.report(summary, latency)
end

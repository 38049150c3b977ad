-- POST /v1/sessions with the right password. Arguments: users, spread, last, seed.
local common = require("common")
local requests, choose = {}, nil

function init(words)
   local o = common.options(words)
   math.randomseed(o.seed)
   choose = common.chooser(o.spread, o.users, o.last)
   for user = 1, o.users do
      local body = string.format('{"email":"user%d@bench.invalid","password":"correct horse battery"}', user)
      requests[user] = wrk.format("POST", "/v1/sessions", { ["Content-Type"] = "application/json" }, body)
   end
end

function request()
   return requests[choose()]
end

function done(summary, latency)
   common.report(summary, latency)
end

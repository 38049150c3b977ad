-- POST /webhooks/cloudpayments/KIND. Arguments: kind, file (a line of it is a signature, a tab and a body), repeat=1
-- sends each notification for ever, delay (milliseconds between two requests of a connection).
local common = require("common")
local requests, last, again = {}, 0, false

function init(words)
   local o = common.options(words)
   again = o["repeat"] == 1
   if o.delay then
      function delay() return o.delay end -- wrk looks for it when all is set up
   end
   for line in io.lines(o.file) do
      local signature, body = line:match("^(%S+)\t(.*)$")
      local headers = { ["Content-Type"] = "application/x-www-form-urlencoded", ["Content-HMAC"] = signature }
      requests[#requests + 1] = wrk.format("POST", "/webhooks/cloudpayments/" .. o.kind, headers, body)
   end
end

function request()
   last = last + 1
   if last > #requests then
      if not again then error("there are not enough notifications for so long a run") end
      last = 1
   end
   return requests[last]
end

function done(summary, latency)
   common.report(summary, latency)
end

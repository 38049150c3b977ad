-- GET /v1/styles, which is open to everybody. Arguments: seed.
local common = require("common")

function request()
   return wrk.format("GET", "/v1/styles")
end

function done(summary, latency)
   common.report(summary, latency)
end

-- POST /v1/generations. Arguments: users, spread, last, styles, seed; keys=1 adds an Idempotency-Key, new each time.
local common = require("common")
local requests, choose, key_of = {}, nil, nil

function init(words)
   local o = common.options(words)
   math.randomseed(o.seed)
   choose = common.chooser(o.spread, o.users, o.last)
   for user = 1, o.users do
      local body = string.format('{"input_image_id":%d,"style_id":%d}', user, 1 + user % o.styles)
      local headers = { ["Authorization"] = common.bearer(user), ["Content-Type"] = "application/json" }
      if o.keys == 1 then headers["Idempotency-Key"] = "\1" end
      requests[user] = wrk.format("POST", "/v1/generations", headers, body)
   end
   if o.keys == 1 then
      local last = 0
      key_of = function()
         last = last + 1
         return string.format("bench-%d-%d", o.seed, last)
      end
   end
end

function request()
   local text = requests[choose()]
   if key_of then return (text:gsub("\1", key_of())) end
   return text
end

function done(summary, latency)
   common.report(summary, latency)
end

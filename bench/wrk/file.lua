-- The same request again and again. Arguments: method, path; user (for a bearer token), file and type (of the body).
local common = require("common")
local text

function init(words)
   local o = common.options(words)
   local headers, body = {}, nil
   if o.user then headers["Authorization"] = common.bearer(o.user) end
   if o.file then
      local source = assert(io.open(o.file, "rb"))
      body = source:read("*a")
      source:close()
      headers["Content-Type"] = o.type
   end
   text = wrk.format(o.method, o.path, headers, body)
end

function request()
   return text
end

function done(summary, latency)
   common.report(summary, latency)
end

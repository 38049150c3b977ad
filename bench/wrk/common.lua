-- What the scripts share: users, and the report. Arguments: name=value.
local M = {}

function M.options(words)
   local options = {}
   for _, word in ipairs(words) do
      local name, value = word:match("^(%w+)=(.*)$")
      options[name] = tonumber(value) or value
   end
   return options
end

function M.bearer(user)
   return "Bearer atl_" .. string.format("%043d", user)
end

-- A function that says who comes next: uniform, zipf (exponent 1.1), hot (user 1) or each (one after the other,
-- beginning after `last`).
function M.chooser(spread, users, last)
   if spread == "hot" then
      return function() return 1 end
   elseif spread == "each" then
      return function()
         last = last % users + 1
         return last
      end
   elseif spread == "uniform" then
      return function() return math.random(users) end
   end
   local sums, sum = {}, 0
   for i = 1, users do
      sum = sum + i ^ -1.1
      sums[i] = sum
   end
   return function()
      local wanted, low, high = math.random() * sum, 1, users
      while low < high do
         local middle = math.floor((low + high) / 2)
         if sums[middle] < wanted then low = middle + 1 else high = middle end
      end
      return low
   end
end

-- One line of JSON, for wrk's `done`.
function M.report(summary, latency)
   local e = summary.errors
   io.write(string.format(
      '{"requests":%d,"seconds":%.6f,"refused":%d,"broken":%d,"p50_ms":%.3f,"p99_ms":%.3f,"longest_ms":%.3f}\n',
      summary.requests, summary.duration / 1e6, e.status, e.connect + e.read + e.write + e.timeout,
      latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, latency.max / 1e3))
end

return M

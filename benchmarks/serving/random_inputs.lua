-- Ask what standard input says: each line once, a path with a query string or a JSON body.
local inputs, drawn = {}, 0

function init()
   for line in io.lines() do inputs[#inputs + 1] = line end
end

function request()
   drawn = drawn + 1
   local input = inputs[drawn] or error("all inputs are used up; make the rounds shorter")
   if input:sub(1, 1) == "/" then return wrk.format("GET", input) end
   return wrk.format("GET", nil, {["Content-Type"] = "application/json"}, input)
end

function done(summary, latency)
   local speed, failures = summary.requests / summary.duration * 1e6, 0
   for _, count in pairs(summary.errors) do failures = failures + count end
   print(string.format('{"requests/s": %f, "median ms": %f, "99 %% ms": %f, "failures": %d}',
      speed, latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, failures))
end

/**
 * A log is a head (hash: epoch, fence, next, life) and a stream of batches in one hash slot. The id of a batch is its
 * last seq. Each change is one script, so nothing comes between the check and the write. Keys: head, stream.
 */

/**
 * Arguments: a new epoch, life, fence, promised epoch and seq, seconds to keep. Answers epoch, next, oldest, or FENCED.
 * A server that restarted may have lost the end of a log, so another writer begins a new line on it; so does one
 * on a line that ends before what its readers were promised.
 */
export const OPEN = `
local head = redis.call('HMGET', KEYS[1], 'epoch', 'fence', 'next', 'life')
local fence, seen = tonumber(ARGV[3]), tonumber(head[2] or '0')
if fence > 0 and fence < seen then return 'FENCED' end
local epoch, next = head[1], head[3]
if not epoch or (epoch == ARGV[4] and tonumber(next) <= tonumber(ARGV[5])) or (fence > 0 and head[4] ~= ARGV[2]) then
  epoch, next = ARGV[1], '1'
  redis.call('DEL', KEYS[2])
  redis.call('HSET', KEYS[1], 'epoch', epoch, 'next', next, 'life', ARGV[2], 'fence', math.max(fence, seen))
elseif fence > seen then
  redis.call('HSET', KEYS[1], 'fence', ARGV[3])
end
redis.call('EXPIRE', KEYS[1], ARGV[6])
local first = redis.call('XRANGE', KEYS[2], '-', '+', 'COUNT', 1)[1]
return {epoch, next, first and first[2][2] or next}`;

/**
 * Arguments: epoch, fence, first seq, next seq, life, last seq, oldest seq to keep, seconds to keep, channel, batch.
 * Answers OK, LOST, FENCED or GAP. After a restart of the server only the writer that wrote before may go on, and
 * only where it stopped. Keys are kept from the first frame on, and again at every 64th: that is a third of the cost.
 */
export const APPEND = `
local head = redis.call('HMGET', KEYS[1], 'epoch', 'fence', 'next', 'life')
if head[1] ~= ARGV[1] then return 'LOST' end
local fence, seen = tonumber(ARGV[2]), tonumber(head[2])
if fence < seen then return 'FENCED' end
local next = tonumber(head[3])
local gap = tonumber(ARGV[3]) > next
if head[4] ~= ARGV[5] then
  if gap or fence > seen then return 'LOST' end
  redis.call('HSET', KEYS[1], 'life', ARGV[5])
elseif gap then
  return 'GAP'
end
if fence > seen then redis.call('HSET', KEYS[1], 'fence', ARGV[2]) end
if tonumber(ARGV[4]) <= next then return 'OK' end
redis.call('XADD', KEYS[2], 'MINID', '~', ARGV[7], ARGV[6] .. '-0', 'first', ARGV[3], 'batch', ARGV[10])
redis.call('HSET', KEYS[1], 'next', ARGV[4])
if next == 1 or math.floor(next / 64) < math.floor(tonumber(ARGV[4]) / 64) then
  redis.call('EXPIRE', KEYS[1], ARGV[8])
  redis.call('EXPIRE', KEYS[2], ARGV[8])
end
redis.call('PUBLISH', ARGV[9], ARGV[10])
return 'OK'`;

/** Arguments: the first seq wanted, batches at most. Answers epoch, next, oldest and batches; nothing without a log. */
export const READ = `
local head = redis.call('HMGET', KEYS[1], 'epoch', 'next')
if not head[1] then return false end
local first = redis.call('XRANGE', KEYS[2], '-', '+', 'COUNT', 1)[1]
local page = {head[1], head[2], first and first[2][2] or head[2]}
if tonumber(ARGV[2]) == 0 then return page end
for _, entry in ipairs(redis.call('XRANGE', KEYS[2], ARGV[1], '+', 'COUNT', ARGV[2])) do
  page[#page + 1] = entry[2][4]
end
return page`;

/** Argument: epoch. Forgets the log if it is still that one. The first write fails on a server that takes none. */
export const ABANDON = `
local epoch = redis.call('HGET', KEYS[1], 'epoch')
redis.call('HSET', KEYS[1], 'abandoned', 1)
if not epoch or epoch == ARGV[1] then return redis.call('DEL', KEYS[1], KEYS[2]) end
return redis.call('HDEL', KEYS[1], 'abandoned')`;

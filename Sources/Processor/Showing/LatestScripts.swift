import Latest
import Redis

/// The scripts by which Redis takes only what is newer than what it has (design §6).
enum LatestScripts {
    /// KEYS: status, recent, sequence.
    ///
    /// ARGV: point, document, seconds to live (0: for ever), beginning and end of the message, whether the list is
    /// replaced, the points of all results in one text, then the JSON of each, the oldest first.
    ///
    /// Returns 1 where it was newer, else 0. A list that is replaced is taken at the same point, too: after Redis lost
    /// everything, the status may have come back before its list. The points are compared as text, where
    /// ``StatusDocument`` puts them; what has none there is no document. Of the results only those are taken and told
    /// that the status there does not know yet.
    static let status = RedisScript(
        """
        local old = redis.call('GETRANGE', KEYS[1], \(StatusDocument.pointStart), \(StatusDocument.pointEnd))
        if not string.find(old, '^%d+%-%d+$') then old = '' end
        if old > ARGV[1] or (old == ARGV[1] and ARGV[6] == '0') then return 0 end
        if ARGV[3] == '0' then
            redis.call('SET', KEYS[1], ARGV[2])
        else
            redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3])
        end
        if ARGV[6] == '1' then
            redis.call('DEL', KEYS[2])
            old = ''
        end
        local first, width = 8, \(LatestPoint.width)
        while ARGV[first] and string.sub(ARGV[7], (first - 8) * width + 1, (first - 7) * width) < old do
            first = first + 1
        end
        if ARGV[3] ~= '0' then
            redis.call('DEL', KEYS[2])
        elseif ARGV[first] then
            redis.call('LPUSH', KEYS[2], unpack(ARGV, first))
            redis.call('LTRIM', KEYS[2], 0, \(LatestKeys.recentCount - 1))
        end
        local number = string.format('%d', redis.call('INCR', KEYS[3]))
        redis.call('PUBLISH', '\(LatestKeys.updates)', table.concat({
            ARGV[4], number, '\(UpdateMessage.statusName)', ARGV[2],
            '\(UpdateMessage.resultsName)', table.concat(ARGV, ',', first), ARGV[5]
        }))
        return 1
        """
    )

    /// KEYS: the hash of regions.
    ///
    /// ARGV: field and JSON of each pulse. A pulse that is older than the one there is left.
    static let watches = RedisScript(
        """
        for i = 1, #ARGV, 2 do
            local old = redis.call('HGET', KEYS[1], ARGV[i])
            local from, to = \(RegionWatch.timeStart), \(RegionWatch.timeStart + 12)
            if not old or string.sub(old, from, to) <= string.sub(ARGV[i + 1], from, to) then
                redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1])
            end
        end
        return 1
        """
    )

    /// The call that writes an entry.
    static func call(_ entry: LatestEntry, writer: String, head: [UInt8]) -> RedisScript.Call {
        let document = entry.document
        let results = entry.news.results.suffix(LatestKeys.recentCount)
        let life: Int64 = document.card == nil ? LatestKeys.tombstoneSeconds : 0
        var points: [UInt8] = []
        points.reserveCapacity(results.count * LatestPoint.width)
        for (point, _) in results { point.append(to: &points) }
        var arguments: [RedisArgument] = [
            RedisArgument(entry.point.text), RedisArgument(document.encoded), RedisArgument(life), RedisArgument(head),
            RedisArgument(UpdateMessage.tail(incidents: entry.news.incidents)), entry.wantsRecent ? "1" : "0",
            RedisArgument(points),
        ]
        for (_, result) in results { arguments.append(RedisArgument(result.encoded)) }
        return RedisScript.Call(
            keys: [
                RedisArgument(LatestKeys.status(entry.monitor)), RedisArgument(LatestKeys.recent(entry.monitor)),
                RedisArgument(LatestKeys.sequence(writer)),
            ],
            arguments: arguments
        )
    }
}

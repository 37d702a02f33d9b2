import JSON

// The codecs of the log have a reader and a writer of their own, for the log's style; the API speaks with JSON's.
typealias JSONWriter = JSON.JSONWriter
typealias JSONValue = JSON.JSONValue

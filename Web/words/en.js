// Every sentence that the pages say, in English. A translation has the same members.

const plural = (count, one, many) => (count === 1 ? one : many);

export const words = {
    name: "Apus",
    api: {
        unreachable: "The gateway can't be reached.",
        status: status => `The gateway answered ${status}.`,
    },
    time: {
        units: { d: n => `${n} d`, h: n => `${n} h`, min: n => `${n} min`, s: n => `${n} s` },
        ago: span => `${span} ago`,
        ahead: span => `in ${span}`,
        justNow: "just now",
    },
    figures: {
        none: "–",
        milliseconds: text => `${text} ms`,
        seconds: text => `${text} s`,
        percent: text => `${text} %`,
    },
    states: {
        new: "New",
        up: "Up",
        degraded: "Degraded",
        pending: "Failing",
        down: "Down",
        recovering: "Recovering",
        unknown: "Unknown",
        paused: "Paused",
    },
    outcomes: { up: "up", degraded: "slow", down: "down", unknown: "unknown" },
    reasons: {
        dns: "name not found",
        refused: "connection refused",
        reset: "connection reset",
        unreachable: "unreachable",
        timeout: "timed out",
        tls: "TLS failed",
        certificate: "certificate not valid",
        protocol: "no valid answer",
        status: "unexpected status",
        body: "unexpected content",
        redirect: "redirect refused",
        tooLarge: "answer too large",
        denied: "address not allowed",
        missed: "no heartbeat",
        blind: "the region itself was offline",
        overload: "the pinger was overloaded",
        internal: "the pinger failed",
    },
    roles: { viewer: "Viewer", editor: "Editor", admin: "Admin" },
    continents: {
        na: "North America",
        sa: "South America",
        eu: "Europe",
        af: "Africa",
        as: "Asia",
        oc: "Oceania",
        an: "Antarctica",
    },
    regions: {
        mark: (region, outcome, latency, reason) =>
            [`${region}: ${outcome}`, latency, reason].filter(Boolean).join(", "),
    },
    strip: {
        summary: (total, { up, degraded, down, unknown }) =>
            total === 0
                ? "No checks yet"
                : `Last ${total} ${plural(total, "check", "checks")}: ` +
                  [
                      up && `${up} up`,
                      degraded && `${degraded} slow`,
                      down && `${down} down`,
                      unknown && `${unknown} unknown`,
                  ]
                      .filter(Boolean)
                      .join(", "),
    },
    sparkline: {
        none: "No latencies yet",
        summary: (newest, most) => `Latency ${newest}, at most ${most}`,
    },
    dialog: { close: "Close", cancel: "Cancel" },
    navigation: {
        label: "Pages",
        skip: "Skip to the content",
        overview: "Overview",
        incidents: "Incidents",
        channels: "Channels",
        people: "People",
        pipeline: "Pipeline",
        add: "Add monitor",
        help: "Keys and help",
        signOut: "Sign out",
        signedInAs: (name, role) => `${name}, ${role}`,
        nobody: "First sign-in",
    },
    theme: {
        label: "Colours",
        light: "Light",
        dark: "Dark",
        system: "As the system",
    },
    live: {
        live: "Live",
        connecting: "Connecting",
        offline: "Offline",
        offlineSince: span => `No connection to the gateway for ${span}. What you see may be old.`,
        stale: "The gateway can't see new results at the moment. What you see may be old.",
        liveTitle: "Changes appear by themselves",
    },
    router: {
        notFound: "There is no such page.",
        failed: "This page could not be loaded. Load it again in a moment.",
    },
    help: {
        title: "Keys and help",
        search: "Search",
        help: "This help",
        add: "Add a monitor",
        shortcuts: "Single keys do things",
        shortcutsHint: "Switch this off if you use speech input or type by accident.",
        statesTitle: "What the marks mean",
        states: {
            up: "It answers as it should.",
            degraded: "It answers as it should, but slowly.",
            pending: "Checks fail, too few of them yet to call it down.",
            down: "Enough checks in enough regions have failed.",
            recovering: "It answers again, not yet often enough to be called up.",
            unknown: "Nobody could look: no statement is made.",
            new: "It has not been checked yet.",
            paused: "It is not being checked.",
        },
        zone: zone => `Times are shown in ${zone}; rest on one to see it in UTC.`,
    },
    signIn: {
        title: "Sign in",
        name: "Name",
        password: "Password",
        submit: "Sign in",
        withKey: "Sign in with the admin key",
        key: "Admin key",
        keyHint: "apus up keeps it in .apus/admin-key; elsewhere it is what APUS_ADMIN_KEY says.",
        token: "Signing you in …",
        tokenFailed: "That address has been used already, or is older than ten minutes. Ask for a new one.",
        failed: "Name and password don't match.",
        keyFailed: "The gateway does not know that key.",
        ended: "Your session has ended. Sign in again to go on.",
        lost: "Lost the password? Whoever runs Apus can make you a new one-time address with: apus user reset NAME",
    },
};

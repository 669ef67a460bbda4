# Varnish in front of feedsrv, instead of the cache of nginx: copy it to /etc/varnish/default.vcl, change the backend, then
# systemctl restart varnish. It keeps answers for as long as they say, and goes on serving the last ones while feedsrv is
# down. TLS is for what stands in front of it (hitch, haproxy, nginx without a cache).

vcl 4.1;

import std;

backend feedsrv {
    .host = "127.0.0.1";
    .port = "8000";
    .connect_timeout = 2s;
    .first_byte_timeout = 30s;
}

# Who may say that an address is to be fetched anew (FEEDSRV_PURGE).
acl purgers {
    "127.0.0.1";
    "::1";
}

sub vcl_recv {
    if (req.restarts > 0) {
        # feedsrv did not answer: what it said last is served.
        set req.grace = 1d;
        set req.http.X-Feedsrv-Down = "1";
    } else {
        # Nothing old is served while feedsrv is being asked: that would serve what is gone.
        set req.grace = 0s;
        unset req.http.X-Feedsrv-Down;

        # One answer for each address: what is gone in one would still be there in another. Varnish packs and unpacks by
        # itself; a browser that opens a feed gets it as plain XML, which it shows with its style (see vcl_deliver).
        set req.http.Host = regsub(std.tolower(req.http.Host), "([^.])\.?(:[0-9]+)?$", "\1");
        set req.http.X-Feedsrv-Dest = req.http.Sec-Fetch-Dest;
        unset req.http.Sec-Fetch-Dest;

        # Nothing depends on who asks.
        unset req.http.Cookie;
        unset req.http.Authorization;
    }
    if (req.method == "PURGE") {
        if (client.ip !~ purgers) {
            return (synth(405, "Method Not Allowed"));
        }
        return (purge);
    }
    if (req.url ~ "^/health/") {
        return (pass);
    }
}

sub vcl_backend_response {
    set beresp.grace = 1d;
    set beresp.keep = 0s;
    if (beresp.status >= 500) {
        if (bereq.is_bgfetch || !bereq.http.X-Feedsrv-Down) {
            return (abandon);
        }
        # There is nothing old to serve, so this is the answer, and is not kept.
        set beresp.ttl = 0s;
        set beresp.grace = 0s;
        return (deliver);
    }
}

sub vcl_backend_error {
    if (bereq.is_bgfetch || !bereq.http.X-Feedsrv-Down) {
        # One of its workers may have died with the request in hand: another answers.
        if (bereq.retries == 0) {
            return (retry);
        }
        return (abandon);
    }
    set beresp.ttl = 0s;
    set beresp.grace = 0s;
    set beresp.http.Retry-After = "10";
}

sub vcl_synth {
    if (resp.status == 503 && req.restarts == 0) {
        return (restart);
    }
}

sub vcl_deliver {
    if (req.http.X-Feedsrv-Dest == "document" && resp.http.Content-Type ~ "^application/\w+\+xml\b") {
        set resp.http.Content-Type = "application/xml; charset=utf-8";
    }
    # The Last-Modified of a feed is a name, not a time: of a year that Varnish cannot read. Whoever holds the very same
    # one, and knows no tags, holds these bytes.
    if (resp.status == 200 && resp.http.Last-Modified && !req.http.If-None-Match
        && req.http.If-Modified-Since == resp.http.Last-Modified) {
        set resp.status = 304;
    }
    unset resp.http.Via;
    unset resp.http.X-Varnish;
}

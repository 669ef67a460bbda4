// Reads a feed as a Node program does: read.js ADDRESS [ETAG] prints status, ETag and entries as JSON.
import Parser from "rss-parser";

const [address, etag] = process.argv.slice(2);
const answer = await fetch(address, { headers: etag ? { "If-None-Match": etag } : {} });
const text = await answer.text();
const feed = answer.status === 200 ? await new Parser().parseString(text) : { items: [] };
const entries = feed.items.map((item) => [item.guid ?? item.id, item.title, item["content:encoded"] ?? item.content]);
console.log(JSON.stringify({ status: answer.status, etag: answer.headers.get("ETag"), entries }));

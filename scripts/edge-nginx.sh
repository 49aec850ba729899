#!/usr/bin/env bash
# nginx as an edge that verifies signed links by itself (njs), in front of a catalogue server.
#   edge-nginx.sh CATALOG_SERVER SECRET_FILE UPSTREAM FOLDER
# Prints "edge: http://127.0.0.1:PORT" and stays in the foreground. The README shows the same script.
set -euo pipefail
server=$1 secret=$2 upstream=$3 folder=$4
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
keys=$("$server" --store . --secret-file "$secret" --print-edge-keys | awk '{ printf "\"%s\": \"%s\", ", $1, $2 }')
cat >"$folder/edge.js" <<JS
import crypto from "crypto";
const KEYS = { $keys};
function allowed(r) {
  const found = r.variables.request_uri.match(/^([^?]*)\?(?:.*&)?hdnts=([^&]*)/);
  if (!found) return r.return(403);
  const token = decodeURIComponent(found[2]);
  const at = token.lastIndexOf("~hmac=");
  const fields = {};
  token.slice(0, at).split("~").forEach((field) => { fields[field.slice(0, field.indexOf("="))] = field.slice(field.indexOf("=") + 1); });
  const key = KEYS[fields.data];
  if (at < 0 || !key || !fields.acl || !fields.acl.endsWith("*")) return r.return(403);
  const mac = crypto.createHmac("sha256", Buffer.from(key, "hex")).update(token.slice(0, at)).digest("hex");
  if (mac !== token.slice(at + 6) || !found[1].startsWith(fields.acl.slice(0, -1))) return r.return(403);
  r.return(Number(fields.exp) > Date.now() / 1000 ? 204 : 403);
}
export default { allowed };
JS
cat >"$folder/nginx.conf" <<CONF
load_module /usr/lib/nginx/modules/ngx_http_js_module.so;
daemon off; pid $folder/nginx.pid; error_log $folder/error.log; worker_processes 1;
events { worker_connections 256; }
http {
  access_log off;
  client_body_temp_path $folder/body; proxy_temp_path $folder/proxy; fastcgi_temp_path $folder/f; uwsgi_temp_path $folder/u; scgi_temp_path $folder/s;
  js_path $folder; js_import edge from edge.js;
  server {
    listen 127.0.0.1:$port;
    location = /allowed { internal; js_content edge.allowed; }
    location /audio/ { auth_request /allowed; proxy_pass http://$upstream; }
  }
}
CONF
echo "edge: http://127.0.0.1:$port"
exec nginx -c "$folder/nginx.conf" -p "$folder"

import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const server = "http://127.0.0.1:8080";

export default defineConfig({
  plugins: [react(), tailwindcss()],
  server: {
    proxy: {
      "^/ameide\\.": server,
      "^/dev/": server,
      "/healthz": server,
    },
  },
  build: {
    outDir: "dist",
    emptyOutDir: true,
    // A data: URL would need `img-src data:`; the policy only knows 'self'.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // In kilobytes before compression; about a third of it goes over the wire.
    chunkSizeWarningLimit: 750,
  },
});

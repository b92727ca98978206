import "../ring-three/index.ts";

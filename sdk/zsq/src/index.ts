export { Random, normals } from "./tensor/random";

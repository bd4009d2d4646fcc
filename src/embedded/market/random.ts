export { hash128, Random } from '../../random.js';

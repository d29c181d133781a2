/** What we speak to beside engines. */
export { type HttpRequest, type HttpResponse, httpBodyLimit, httpRequest } from './http.ts';

import { Page, type PageFrame } from '../page.js';
import { Link } from '../parts/links.js';
import {
  type Description,
  fieldsOf,
  groupsOf,
  limitsOf,
  type OperationOfGroup,
  type Schema,
  typeOf,
} from './description.js';

/** The API's own description, as a page. */
export function DocsPage({
  description,
  ...frame
}: Omit<PageFrame, 'title' | 'children'> & { description: Description }) {
  const groups = [...groupsOf(description)];
  const schemas = Object.entries(description.components?.schemas ?? {});
  return (
    <Page title="HTTP API" {...frame}>
      <h1>HTTP API</h1>
      <p>{description.info.description}</p>
      <p>
        The same for programs: <Link href="/openapi.json">/openapi.json</Link> (OpenAPI 3.1).
      </p>
      <nav aria-label="Resources">
        <ul>
          {groups.map(([name]) => (
            <li>
              <a href={`#${anchorOf(name)}`}>{name}</a>
            </li>
          ))}
          <li>
            <a href="#types">Types</a>
          </li>
        </ul>
      </nav>
      {groups.map(([name, operations]) => (
        <section aria-labelledby={anchorOf(name)}>
          <h2 id={anchorOf(name)}>{name}</h2>
          {operations.map((each) => (
            <OperationCard {...each} />
          ))}
        </section>
      ))}
      <section aria-labelledby="types">
        <h2 id="types">Types</h2>
        {schemas.map(([name, schema]) => (
          <article class="card">
            <h3 id={`type-${name}`}>{name}</h3>
            {schema.properties || schema.allOf ? (
              <Fields schema={schema} caption={`Fields of ${name}`} />
            ) : (
              <p>
                <Type schema={schema} />
              </p>
            )}
          </article>
        ))}
      </section>
    </Page>
  );
}

function OperationCard({ id, method, path, operation }: OperationOfGroup) {
  const { summary, parameters = [], requestBody, responses, security } = operation;
  const body = requestBody?.content['application/json']?.schema;
  const answers = Object.entries(responses).filter(([status]) => status.startsWith('2'));
  const failures = Object.entries(responses).filter(([status]) => !status.startsWith('2'));
  return (
    <article class="card">
      <h3 id={id}>
        <span class="badge">{method}</span> <code>{path}</code>
      </h3>
      <p>
        {summary}
        {security?.length === 0 ? ' (needs no token)' : ''}
      </p>
      {parameters.length > 0 && (
        <div class="scroll">
          <table class="table">
            <caption>Parameters</caption>
            <thead>
              <tr>
                <th scope="col">Name</th>
                <th scope="col">In</th>
                <th scope="col">Type</th>
                <th scope="col">About</th>
              </tr>
            </thead>
            <tbody>
              {parameters.map((parameter) => (
                <tr>
                  <th scope="row">
                    <code>{parameter.name}</code>
                  </th>
                  <td>{parameter.in}</td>
                  <td>
                    <Type schema={parameter.schema} />
                  </td>
                  <td>
                    {[
                      parameter.required ? 'required' : '',
                      limitsOf(parameter.schema),
                      parameter.description ?? parameter.schema?.description ?? '',
                    ]
                      .filter((part) => part !== '')
                      .join('; ')}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {body && <Body title="Body" schema={body} />}
      {answers.map(([status, { description, content }]) => {
        const [type, { schema } = {}] = Object.entries(content ?? {})[0] ?? [];
        const title = `${status} ${description}`;
        return type === 'application/json' && schema ? (
          <Body title={title} schema={schema} />
        ) : (
          <p>
            {title} {type && <code>{type}</code>}
          </p>
        );
      })}
      <details>
        <summary>Failures ({failures.map(([status]) => status).join(', ')})</summary>
        <ul>
          {failures.map(([status, { description, content }]) => (
            <li>
              {status}: {description}{' '}
              {Object.values(content ?? {}).map(({ schema }) => (
                <Type schema={schema} />
              ))}
            </li>
          ))}
        </ul>
      </details>
    </article>
  );
}

/** A named schema is linked; any other is shown with its fields. */
function Body({ title, schema }: { title: string; schema: Schema }) {
  return (
    <>
      <p>
        {title}: <Type schema={schema} />
      </p>
      {schema.properties && <Fields schema={schema} caption={`Fields: ${title}`} />}
    </>
  );
}

function Fields({ schema, caption }: { schema: Schema; caption: string }) {
  return (
    <div class="scroll">
      <table class="table">
        <caption>{caption}</caption>
        <thead>
          <tr>
            <th scope="col">Field</th>
            <th scope="col">Type</th>
            <th scope="col">About</th>
          </tr>
        </thead>
        <tbody>
          {fieldsOf(schema).map((field) => (
            <tr>
              <th scope="row">
                <code>{field.path}</code>
              </th>
              <td>
                <Type schema={field.schema} />
              </td>
              <td>
                {[field.required ? 'required' : '', limitsOf(field.schema), field.schema.description ?? '']
                  .filter((part) => part !== '')
                  .join('; ')}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Type({ schema }: { schema: Schema | undefined }) {
  return (
    <>
      {typeOf(schema).map((part) =>
        typeof part === 'string' ? part : <a href={`#type-${part.name}`}>{part.name}</a>,
      )}
    </>
  );
}

function anchorOf(name: string): string {
  return name.toLowerCase().replaceAll(/[^a-z]+/g, '-');
}

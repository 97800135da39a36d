export function Card(props: { title: string }) {
  return (
    <section>
      <h2>{props.title}</h2>
    </section>
  );
}

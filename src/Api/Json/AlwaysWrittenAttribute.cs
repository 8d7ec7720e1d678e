namespace Tenon.Api.Json;

/// <summary>A list that the API server requires even when it is empty.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class AlwaysWrittenAttribute : Attribute;
